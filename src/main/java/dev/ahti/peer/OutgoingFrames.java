package dev.ahti.peer;

import java.nio.ByteBuffer;
import org.apache.pekko.util.ByteString;

/**
 * Puts frames together for one write; their bytes are not copied. On an open connection a frame is its length, a byte that
 * says what it is, and its content.
 */
final class OutgoingFrames {
    /** Several of Pekko's buffers: frames are a little larger than one, and each rest takes a write of its own. */
    static final int ENOUGH_BYTES = 256 * 1024;

    /** For the handler. */
    static final byte CONTENT = 0;
    /** Of the dialler, with its clock: the keep-alive. */
    static final byte PING = 1;
    /** The acceptor's answer to it, with the clock that it carried: so old bytes cannot pass for a living peer. */
    static final byte PONG = 2;

    /**
     * The same to a process that is out of session, as far as this broker knows: others may have taken its place, so it has
     * not seen the side that goes on (rule 16). A process that was stopped for long would else serve until it learns so.
     */
    static final byte PONG_OUT_OF_SESSION = 3;

    private OutgoingFrames() {}

    /** What the handler has to send now, enough for a write at most and one frame at least; null if nothing. */
    static ByteString of(PeerHandler handler, int maxFrameBytes) {
        ByteString all = null;
        while (all == null || all.size() < ENOUGH_BYTES) {
            ByteString frame = handler.next();
            if (frame == null) {
                break;
            }
            if (frame.size() > maxFrameBytes) {
                throw new IllegalStateException(
                        "a frame of " + frame.size() + " bytes (at most " + maxFrameBytes + ")");
            }
            ByteString prefix = prefix(frame.size(), CONTENT);
            all = (all == null ? prefix : all.concat(prefix)).concat(frame);
        }
        return all;
    }

    private static ByteString prefix(int contentBytes, byte type) {
        return ByteString.fromArrayUnsafe(ByteBuffer.allocate(Integer.BYTES + 1)
                .putInt(1 + contentBytes)
                .put(type)
                .array());
    }

    /** @param type {@link #PING} or one of its answers */
    static ByteString clock(byte type, long nanos) {
        return prefix(Long.BYTES, type)
                .concat(ByteString.fromArrayUnsafe(
                        ByteBuffer.allocate(Long.BYTES).putLong(nanos).array()));
    }

    static ByteString handshake(byte[] message) {
        return ByteString.fromArrayUnsafe(ByteBuffer.allocate(Integer.BYTES + message.length)
                .putInt(message.length)
                .put(message)
                .array());
    }
}
