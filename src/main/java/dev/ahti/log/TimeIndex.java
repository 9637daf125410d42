package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The largest timestamp so far at some offsets: pairs (timestamp in ms, 8 bytes; offset minus base offset, 4 bytes),
 * both rising. The last entry of a sealed segment is its largest timestamp. Kafka's {@code .timeindex}.
 */
final class TimeIndex extends SparseIndex {

    TimeIndex(Path file) {
        super(file, Long.BYTES);
    }

    /** @param timestampMs -1 where there is no entry */
    record Entry(long timestampMs, int relativeOffset) {}

    @Override
    boolean follows(long lastTimestamp, int lastOffset, long timestamp, int offset) {
        return timestamp > lastTimestamp && offset >= lastOffset;
    }

    Entry last() throws IOException {
        return lastEntry(Entry::new, new Entry(-1, 0));
    }

    /** Notes a new largest timestamp; one that is not larger than the last is no news. */
    void appendIfLarger(long timestampMs, int relativeOffset) throws IOException {
        if (timestampMs > last().timestampMs()) {
            add(timestampMs, relativeOffset);
        }
    }

    /** Offset before which every record is older than the time. */
    int lookup(long timestampMs) throws IOException {
        return floorValue(timestampMs);
    }

    /** Drops entries at or after this offset. */
    void truncateTo(int relativeOffset) throws IOException {
        dropFromValue(relativeOffset);
    }
}
