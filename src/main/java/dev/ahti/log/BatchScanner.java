package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Walks the batches of a segment file by their headers, some kilobytes at a time: records stay on disk. A batch that is
 * not whole below {@code end} ends the walk.
 */
final class BatchScanner {
    private static final int WINDOW_BYTES = 8192;
    private static final ThreadLocal<ByteBuffer> WINDOW =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(WINDOW_BYTES));

    private final FileChannel channel;
    private final int end;
    private final ByteBuffer window = WINDOW.get();
    private int windowStart;
    private int windowEnd;
    private int position;
    private int next;

    BatchScanner(FileChannel channel, int start, int end) {
        this.channel = channel;
        this.next = start;
        this.end = end;
    }

    /** Steps to the next whole batch. */
    boolean advance() throws IOException {
        position = next;
        if (end - position < Batches.HEADER_BYTES) {
            return false;
        }
        if (position < windowStart || position + Batches.HEADER_BYTES > windowEnd) {
            fill();
        }
        int size = Batches.sizeInBytes(window, at());
        if (size < Batches.HEADER_BYTES || size > end - position) {
            return false;
        }
        next = position + size;
        return true;
    }

    private void fill() throws IOException {
        window.clear().limit(Math.min(WINDOW_BYTES, end - position));
        windowStart = position;
        while (window.hasRemaining()) {
            int count = channel.read(window, (long) windowStart + window.position());
            if (count < 0) {
                throw new IOException("segment file ends before " + (windowStart + window.limit()));
            }
        }
        windowEnd = windowStart + window.limit();
    }

    private int at() {
        return position - windowStart;
    }

    int position() {
        return position;
    }

    int nextPosition() {
        return next;
    }

    int size() {
        return next - position;
    }

    long baseOffset() {
        return Batches.baseOffset(window, at());
    }

    long lastOffset() {
        return Batches.lastOffset(window, at());
    }

    long maxTimestamp() {
        return Batches.maxTimestamp(window, at());
    }

    int leaderEpoch() {
        return Batches.leaderEpoch(window, at());
    }

    /** What the header says, for later. */
    Header header() {
        return new Header(
                position,
                size(),
                lastOffset(),
                maxTimestamp(),
                leaderEpoch(),
                baseOffset(),
                Batches.hasProducerId(window, at()));
    }

    record Header(
            int position,
            int size,
            long lastOffset,
            long maxTimestampMs,
            int leaderEpoch,
            long baseOffset,
            boolean hasProducerId) {}
}
