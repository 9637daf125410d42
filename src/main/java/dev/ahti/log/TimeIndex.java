package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The largest timestamp so far at some offsets: pairs (timestamp in ms, 8 bytes; offset minus base offset, 4 bytes),
 * both rising. Loaded and flushed as {@link OffsetIndex} is.
 */
final class TimeIndex {
    private static final int ENTRY_BYTES = 12;
    private final IndexFile file;
    private volatile Entries entries;

    private record Entries(long[] timestamps, int[] offsets, int count) {
        static final Entries NONE = new Entries(new long[0], new int[0], 0);

        Entries plus(long timestamp, int offset) {
            long[] newTimestamps =
                    count < timestamps.length ? timestamps : Arrays.copyOf(timestamps, Math.max(16, count * 2));
            int[] newOffsets = count < offsets.length ? offsets : Arrays.copyOf(offsets, newTimestamps.length);
            newTimestamps[count] = timestamp;
            newOffsets[count] = offset;
            return new Entries(newTimestamps, newOffsets, count + 1);
        }
    }

    /** @param timestampMs -1 where there is no entry */
    record Entry(long timestampMs, int relativeOffset) {}

    TimeIndex(Path path) {
        this.file = new IndexFile(path, ENTRY_BYTES);
    }

    private Entries entries() throws IOException {
        Entries loaded = entries;
        return loaded != null ? loaded : load();
    }

    private synchronized Entries load() throws IOException {
        if (entries == null) {
            ByteBuffer bytes = file.read();
            int count = bytes.remaining() / ENTRY_BYTES;
            long[] timestamps = new long[count];
            int[] offsets = new int[count];
            for (int i = 0; i < count; i++) {
                timestamps[i] = bytes.getLong();
                offsets[i] = bytes.getInt();
            }
            entries = new Entries(timestamps, offsets, count);
        }
        return entries;
    }

    Entry last() throws IOException {
        Entries all = entries();
        return all.count == 0 ? new Entry(-1, 0) : new Entry(all.timestamps[all.count - 1], all.offsets[all.count - 1]);
    }

    /** Notes a new largest timestamp; one that is not larger than the last is no news. */
    void appendIfLarger(long timestampMs, int relativeOffset) throws IOException {
        Entries all = entries();
        if (all.count == 0 || timestampMs > all.timestamps[all.count - 1]) {
            entries = all.plus(timestampMs, relativeOffset);
        }
    }

    /** Offset before which every record is older than the time. */
    int lookup(long timestampMs) throws IOException {
        Entries all = entries();
        int at = Arrays.binarySearch(all.timestamps, 0, all.count, timestampMs);
        int floor = at >= 0 ? at : -at - 2;
        return floor < 0 ? 0 : all.offsets[floor];
    }

    void truncateTo(int relativeOffset) throws IOException {
        Entries all = entries();
        int count = all.count;
        while (count > 0 && all.offsets[count - 1] >= relativeOffset) {
            count--;
        }
        entries = new Entries(Arrays.copyOf(all.timestamps, count), Arrays.copyOf(all.offsets, count), count);
        file.truncate(count);
    }

    void clear() throws IOException {
        entries = Entries.NONE;
        file.truncate(0);
    }

    void flush() throws IOException {
        Entries all = entries;
        if (all != null) {
            file.appendFrom(
                    all.count, (i, bytes) -> bytes.putLong(all.timestamps[i]).putInt(all.offsets[i]));
        }
    }
}
