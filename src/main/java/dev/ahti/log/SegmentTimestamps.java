package dev.ahti.log;

import java.io.IOException;

/**
 * The timestamps of a segment's batches, in ms: the largest one, which its {@link TimeIndex} notes as it grows, and that of
 * the first record, by which the segment ages. -1 where there is none.
 */
final class SegmentTimestamps {
    private final LogSegment segment;
    private final TimeIndex index;
    private final long createdMs;
    private long maxMs = -1;
    private long offsetOfMax = -1;
    private long firstMs = -1;

    SegmentTimestamps(LogSegment segment, TimeIndex index, long createdMs) {
        this.segment = segment;
        this.index = index;
        this.createdMs = createdMs;
    }

    /** Of a batch that stands in the file. */
    void note(long timestampMs, long lastOffset) {
        if (firstMs < 0) {
            firstMs = timestampMs;
        }
        raiseMax(timestampMs, lastOffset);
    }

    private void raiseMax(long timestampMs, long lastOffset) {
        if (timestampMs > maxMs) {
            maxMs = timestampMs;
            offsetOfMax = lastOffset;
        }
    }

    /** Notes in the index how large they are so far. */
    void index() throws IOException {
        index.appendIfLarger(maxMs, (int) (offsetOfMax - segment.baseOffset()));
    }

    /** Age as segment.ms counts it: from the first record's timestamp, or from creation where there is none. */
    long ageMs(long nowMs, long recordTimestampMs) {
        long first = first();
        return first >= 0 ? recordTimestampMs - first : nowMs - createdMs;
    }

    private long first() {
        if (firstMs < 0 && segment.size() >= Batches.HEADER_BYTES) {
            try {
                BatchScanner scanner = new BatchScanner(segment.channel(), 0, segment.size());
                firstMs = scanner.advance() ? scanner.maxTimestamp() : -1;
            } catch (IOException e) {
                firstMs = -1;
            }
        }
        return firstMs;
    }

    /** Of the whole segment. */
    long max() throws IOException {
        ensureMax();
        return maxMs;
    }

    /** A segment opened again knows it from the index, whose last entry is written at roll and close. */
    private void ensureMax() throws IOException {
        if (maxMs < 0 && segment.size() > 0) {
            takeMaxFromIndex();
        }
    }

    private void takeMaxFromIndex() throws IOException {
        TimeIndex.Entry last = index.last();
        maxMs = last.timestampMs();
        offsetOfMax = segment.baseOffset() + last.relativeOffset();
    }

    /** An offset before which every record is older than the time. */
    long offsetOfOlder(long timestampMs) throws IOException {
        return segment.baseOffset() + index.lookup(timestampMs);
    }

    /** No batch will come any more: the index gets its last entry. */
    void seal() throws IOException {
        if (segment.size() > 0) {
            ensureMax();
            index.appendIfLarger(maxMs, (int) Math.max(0, offsetOfMax - segment.baseOffset()));
        }
        index.release(false);
    }

    void flush() throws IOException {
        index.write(true);
    }

    /** The segment has been cut before the batch with this offset. */
    void truncateTo(long nextOffset) throws IOException {
        index.truncateTo((int) Math.max(0, nextOffset - segment.baseOffset()));
        firstMs = segment.size() == 0 ? -1 : firstMs;
        rescan();
    }

    /** Also what a segment needs that goes on being written after it was opened again. */
    void rescan() throws IOException {
        takeMaxFromIndex();
        int from = maxMs < 0 ? 0 : segment.positionOf(offsetOfMax, segment.size());
        BatchScanner scanner = new BatchScanner(segment.channel(), from, segment.size());
        while (scanner.advance()) {
            raiseMax(scanner.maxTimestamp(), scanner.lastOffset());
        }
    }

    void clear() throws IOException {
        index.clear();
        maxMs = -1;
    }
}
