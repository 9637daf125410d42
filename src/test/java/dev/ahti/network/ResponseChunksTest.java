package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.log.LogSlice;
import dev.ahti.protocol.EncodedResponse;
import dev.ahti.protocol.ResponsePart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResponseChunksTest {
    @TempDir
    Path directory;

    private final ResponseChunks chunks = new ResponseChunks();

    private static EncodedResponse response(ResponsePart... parts) {
        return new EncodedResponse(
                List.of(parts),
                List.of(parts).stream().mapToInt(ResponsePart::size).sum());
    }

    private static ResponsePart bytes(byte[] bytes) {
        return new ResponsePart.Bytes(ByteBuffer.wrap(bytes));
    }

    @Test
    void smallResponsesTravelTogether() throws IOException {
        for (int i = 0; i < 10; i++) {
            chunks.add(response(bytes(new byte[] {(byte) i, (byte) i})));
        }
        assertThat(chunks.next().toArray())
                .isEqualTo(new byte[] {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9});
        assertThat(chunks.isEmpty()).isTrue();
        assertThat(chunks.next().isEmpty()).isTrue();
    }

    @Test
    void whoCountsTheBytesIsToldWhenTheyAreSentOrNeverWillBe() throws IOException {
        List<String> told = new ArrayList<>();
        chunks.add(
                response(bytes(new byte[ResponseChunks.CHUNK_BYTES]), new ResponsePart.Sent(() -> told.add("first"))));
        chunks.add(response(bytes(new byte[10]), new ResponsePart.Sent(() -> told.add("second"))));

        chunks.next();
        assertThat(told).containsExactly("first");
        chunks.close();
        assertThat(told).containsExactly("first", "second");
        assertThat(chunks.isEmpty()).isTrue();
    }

    @Test
    void bytesAndRecordsInAnyMixComeOutInOrderAndInChunks() throws IOException {
        for (int seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            byte[] file = new byte[1 << 20];
            random.nextBytes(file);
            Path path = Files.write(directory.resolve("segment"), file);
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            try (FileChannel channel = FileChannel.open(path)) {
                for (int i = 0; i < 6; i++) {
                    chunks.add(mixed(random, file, channel, expected));
                }
                ByteArrayOutputStream sent = new ByteArrayOutputStream();
                while (!chunks.isEmpty()) {
                    ByteString chunk = chunks.next();
                    assertThat(chunk.size()).isBetween(1, ResponseChunks.CHUNK_BYTES);
                    sent.writeBytes(chunk.toArray());
                }
                assertThat(sent.toByteArray()).isEqualTo(expected.toByteArray());
            }
        }
    }

    private static EncodedResponse mixed(
            Random random, byte[] file, FileChannel channel, ByteArrayOutputStream expected) {
        List<ResponsePart> parts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int position = random.nextInt(1000);
            int size = 1 + random.nextInt(300_000);
            if (random.nextBoolean()) {
                parts.add(new ResponsePart.Records(new LogSlice(channel, position, size)));
                expected.write(file, position, size);
            } else {
                ByteBuffer direct = ByteBuffer.allocateDirect(size % 500 + 1).put(file, 0, size % 500 + 1);
                parts.add(new ResponsePart.Bytes(direct.flip()));
                expected.write(file, 0, size % 500 + 1);
                parts.add(new ResponsePart.Bytes(ByteBuffer.wrap(file, position, size)));
                expected.write(file, position, size);
            }
        }
        return response(parts.toArray(ResponsePart[]::new));
    }

    @Test
    void recordsAreReadChunkByChunk() throws IOException {
        Path path = Files.write(directory.resolve("segment"), new byte[4 * ResponseChunks.CHUNK_BYTES]);
        FileChannel channel = FileChannel.open(path);
        chunks.add(response(new ResponsePart.Records(new LogSlice(channel, 0, 4 * ResponseChunks.CHUNK_BYTES))));
        assertThat(chunks.next().size()).isEqualTo(ResponseChunks.CHUNK_BYTES);
        channel.close();
        assertThatThrownBy(chunks::next).isInstanceOf(IOException.class);
    }
}
