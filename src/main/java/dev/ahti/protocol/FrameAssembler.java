package dev.ahti.protocol;

import java.nio.ByteBuffer;

/**
 * Cuts the bytes of a connection into frames, each a length of four bytes and so many bytes. A frame that lies within one
 * chunk is a slice of it; one that does not is put together in an array of its own, which is the only copy.
 *
 * <pre>
 * offer(chunk) ... frameSize() known? reserve memory for it, then take() ... null? offer the next chunk
 * </pre>
 */
public final class FrameAssembler {
    public static final int UNKNOWN = -1;

    private static final byte[] EMPTY = new byte[0];

    private int maxFrameBytes;
    private byte[] chunk = EMPTY;
    private int position;
    private int prefix;
    private int prefixBytes;
    /** Of the frame under way, or {@link #UNKNOWN} while its length has not come. */
    private int size = UNKNOWN;
    /** Null while the frame may still lie within the chunk. */
    private byte[] frame;

    private int filled;

    public FrameAssembler(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /** For frames whose length has not been read. */
    public void maxFrameBytes(int bytes) {
        maxFrameBytes = bytes;
    }

    /** The array is kept and parts of it are given out. Only when {@link #isDrained()}. */
    public void offer(byte[] bytes) {
        if (!isDrained()) {
            throw new IllegalStateException(chunk.length - position + " bytes of the last chunk are left");
        }
        chunk = bytes;
        position = 0;
    }

    public boolean isDrained() {
        return position == chunk.length;
    }

    /** A frame has begun, be it only with a part of its length. */
    public boolean isInsideFrame() {
        return prefixBytes > 0;
    }

    /**
     * Size of the frame that comes next, or {@link #UNKNOWN}.
     *
     * @throws InvalidRequest for a length that no frame can have: nothing is allocated for it
     */
    public int frameSize() {
        while (prefixBytes < Integer.BYTES) {
            if (isDrained()) {
                letGoOfDrained();
                return UNKNOWN;
            }
            prefix = (prefix << 8) | (chunk[position++] & 0xff);
            prefixBytes++;
            if (prefixBytes == Integer.BYTES) {
                if (prefix < 0 || prefix > maxFrameBytes) {
                    throw new InvalidRequest("a frame of " + prefix + " bytes (at most " + maxFrameBytes + ")");
                }
                size = prefix;
            }
        }
        return size;
    }

    /** The frame, or null if more bytes are needed. Only when {@link #frameSize()} is known. */
    public ByteBuffer take() {
        int available = chunk.length - position;
        if (frame == null && available >= size) {
            ByteBuffer slice = ByteBuffer.wrap(chunk, position, size).slice();
            position += size;
            return next(slice);
        }
        if (frame == null) {
            frame = new byte[size];
        }
        int count = Math.min(available, size - filled);
        System.arraycopy(chunk, position, frame, filled, count);
        position += count;
        filled += count;
        letGoOfDrained();
        return filled < size ? null : next(ByteBuffer.wrap(frame));
    }

    private ByteBuffer next(ByteBuffer complete) {
        letGoOfDrained();
        frame = null;
        filled = 0;
        size = UNKNOWN;
        prefix = 0;
        prefixBytes = 0;
        return complete;
    }

    /** Connections are idle for long, and a chunk is large. */
    private void letGoOfDrained() {
        if (isDrained()) {
            chunk = EMPTY;
            position = 0;
        }
    }
}
