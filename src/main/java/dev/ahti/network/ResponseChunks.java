package dev.ahti.network;

import dev.ahti.log.LogSlice;
import dev.ahti.protocol.EncodedResponse;
import dev.ahti.protocol.ResponsePart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.apache.pekko.util.ByteString;

/**
 * Encoded responses on their way out, cut into chunks: small ones travel together, and of a large one only a chunk at a
 * time is read from its log. Bytes in memory are not copied.
 */
final class ResponseChunks {
    /**
     * As large as Pekko's buffers ({@code pekko.io.tcp.direct-buffer-size}): one chunk is one write. Up to two wait for a
     * client that does not read. 128 KiB took no less CPU.
     */
    static final int CHUNK_BYTES = 64 * 1024;

    private final ArrayDeque<ResponsePart> parts = new ArrayDeque<>();
    /** Bytes of the first part that are sent. */
    private int sent;

    private long pending;

    void add(EncodedResponse response) {
        parts.addAll(response.parts());
        pending += response.size();
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** Worth sending without waiting for more. */
    boolean isChunk() {
        return pending >= CHUNK_BYTES;
    }

    /**
     * What goes out next; empty if there is nothing.
     *
     * @throws IOException if records cannot be read: what has been sent already cannot be taken back
     */
    ByteString next() throws IOException {
        ByteString chunk = null;
        int size = 0;
        while (!parts.isEmpty() && size < CHUNK_BYTES) {
            ResponsePart part = parts.peek();
            int count = Math.min(CHUNK_BYTES - size, part.size() - sent);
            ByteString piece = piece(part, count);
            chunk = chunk == null ? piece : chunk.concat(piece);
            size += count;
            sent += count;
            if (sent == part.size()) {
                parts.poll();
                sent = 0;
                tellSent();
            }
        }
        pending -= size;
        return chunk == null ? ByteString.emptyByteString() : chunk;
    }

    private void tellSent() {
        while (parts.peek() instanceof ResponsePart.Sent end) {
            parts.poll();
            end.then().run();
        }
    }

    /** What has not been sent never will be. */
    void close() {
        for (ResponsePart part : parts) {
            if (part instanceof ResponsePart.Sent end) {
                end.then().run();
            }
        }
        parts.clear();
        pending = 0;
    }

    private ByteString piece(ResponsePart part, int count) throws IOException {
        if (part instanceof ResponsePart.Bytes memory) {
            ByteBuffer bytes = memory.bytes();
            if (bytes.hasArray()) {
                return ByteString.fromArrayUnsafe(bytes.array(), bytes.arrayOffset() + bytes.position() + sent, count);
            }
            byte[] copy = new byte[count];
            bytes.get(bytes.position() + sent, copy);
            return ByteString.fromArrayUnsafe(copy);
        }
        byte[] read = new byte[count];
        if (!(part instanceof ResponsePart.Records records) || !(records.records() instanceof LogSlice slice)) {
            throw new IOException("no way to send " + part);
        }
        slice.read(sent, ByteBuffer.wrap(read));
        return ByteString.fromArrayUnsafe(read);
    }
}
