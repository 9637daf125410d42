package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where in a segment file the batch with an offset is: some batches only, as pairs (last offset of the batch minus base
 * offset, position), 4 bytes each. Entries are read from the file at first use, and written to it at {@link #flush}:
 * an index that a crash left short is made again from the log. One writer, any readers.
 */
final class OffsetIndex {
    private static final int ENTRY_BYTES = 8;
    private final IndexFile file;
    private volatile Entries entries;

    private record Entries(int[] offsets, int[] positions, int count) {
        static final Entries NONE = new Entries(new int[0], new int[0], 0);

        Entries plus(int offset, int position) {
            int[] newOffsets = count < offsets.length ? offsets : Arrays.copyOf(offsets, Math.max(16, count * 2));
            int[] newPositions = count < positions.length ? positions : Arrays.copyOf(positions, newOffsets.length);
            newOffsets[count] = offset;
            newPositions[count] = position;
            return new Entries(newOffsets, newPositions, count + 1);
        }
    }

    OffsetIndex(Path path) {
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
            int[] offsets = new int[count];
            int[] positions = new int[count];
            for (int i = 0; i < count; i++) {
                offsets[i] = bytes.getInt();
                positions[i] = bytes.getInt();
            }
            entries = new Entries(offsets, positions, count);
        }
        return entries;
    }

    /** Position from which a scan finds the batch with this offset (relative to the segment's base). */
    int lookup(long relativeOffset) throws IOException {
        Entries all = entries();
        int at = Arrays.binarySearch(all.offsets, 0, all.count, (int) Math.min(relativeOffset, Integer.MAX_VALUE));
        int floor = at >= 0 ? at : -at - 2;
        return floor < 0 ? 0 : all.positions[floor];
    }

    void append(int relativeOffset, int position) throws IOException {
        entries = entries().plus(relativeOffset, position);
    }

    int bytes() throws IOException {
        return entries().count * ENTRY_BYTES;
    }

    /** Drops entries of batches at or after this position. */
    void truncateTo(int position) throws IOException {
        Entries all = entries();
        int count = all.count;
        while (count > 0 && all.positions[count - 1] >= position) {
            count--;
        }
        entries = new Entries(Arrays.copyOf(all.offsets, count), Arrays.copyOf(all.positions, count), count);
        file.truncate(count);
    }

    void clear() throws IOException {
        entries = Entries.NONE;
        file.truncate(0);
    }

    /** Writes entries that the file lacks. */
    void flush() throws IOException {
        Entries all = entries;
        if (all == null) {
            return;
        }
        file.appendFrom(all.count, (i, bytes) -> bytes.putInt(all.offsets[i]).putInt(all.positions[i]));
    }
}
