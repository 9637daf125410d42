package dev.ahti.log;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A sorted list of (key, value) that a segment carries beside its records, in one of Kafka's two formats. The active
 * segment's is in memory and written behind; a sealed one's is read when somebody asks, and given up when memory is
 * short. So an idle partition costs neither a mapped file nor a file handle, unlike Kafka's 10 MiB maps.
 *
 * <p>Appended to and truncated by the log's writer alone; searched from any thread.
 */
abstract class SparseIndex {
    private static final int WRITE_BEHIND_ENTRIES = 1024;

    private final int keyBytes;
    private final int entryBytes;
    private final Path file;
    private volatile Entries loaded;
    private volatile SoftReference<Entries> released = new SoftReference<>(null);
    private int entriesInFile;

    SparseIndex(Path file, int keyBytes) {
        this.file = file;
        this.keyBytes = keyBytes;
        this.entryBytes = keyBytes + Integer.BYTES;
    }

    /** Readers take the count first, then the arrays; a truncation makes new arrays, so that theirs stay as they were. */
    private static final class Entries {
        private volatile long[] keys;
        private volatile int[] values;
        private volatile int count;

        Entries(int capacity) {
            keys = new long[capacity];
            values = new int[capacity];
        }

        void add(long key, int value) {
            int at = count;
            if (at == keys.length) {
                values = Arrays.copyOf(values, at * 2);
                keys = Arrays.copyOf(keys, at * 2);
            }
            values[at] = value;
            keys[at] = key;
            count = at + 1;
        }

        Entries first(int wanted) {
            Entries copy = new Entries(Math.max(wanted, 16));
            System.arraycopy(keys, 0, copy.keys, 0, wanted);
            System.arraycopy(values, 0, copy.values, 0, wanted);
            copy.count = wanted;
            return copy;
        }

        /** Index of the last key at or below the one asked for, or -1. */
        int floor(long key) {
            int low = 0;
            int high = count - 1;
            long[] sorted = keys;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                if (sorted[middle] <= key) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return high;
        }
    }

    /** Whether an entry may follow the one before it; what a crash left behind the last good one is dropped. */
    abstract boolean follows(long lastKey, int lastValue, long key, int value);

    /** Bytes that the file has when it is written. */
    final int bytes() throws IOException {
        return entries().count * entryBytes;
    }

    /** The value at the last key at or below the one asked for; 0 where there is none. */
    final int floorValue(long key) throws IOException {
        Entries all = entries();
        int at = all.floor(key);
        return at < 0 ? 0 : all.values[at];
    }

    /** The key of the first entry with this value or a larger one; {@code otherwise} where there is none. */
    final long keyFromValue(int value, long otherwise) throws IOException {
        Entries all = entries();
        int count = all.count;
        int at = Arrays.binarySearch(all.values, 0, count, value);
        int first = at >= 0 ? at : -at - 1;
        return first < count ? all.keys[first] : otherwise;
    }

    interface EntryOf<T> {
        T of(long key, int value);
    }

    final <T> T lastEntry(EntryOf<T> entry, T none) throws IOException {
        Entries all = entries();
        int last = all.count - 1;
        return last < 0 ? none : entry.of(all.keys[last], all.values[last]);
    }

    final void add(long key, int value) throws IOException {
        Entries all = writable();
        all.add(key, value);
        if (all.count - entriesInFile >= WRITE_BEHIND_ENTRIES) {
            write(false);
        }
    }

    final synchronized void dropFromValue(int value) throws IOException {
        Entries all = writable();
        int keep = all.count;
        while (keep > 0 && all.values[keep - 1] >= value) {
            keep--;
        }
        keep(keep);
    }

    final synchronized void clear() throws IOException {
        loaded = new Entries(16);
        entriesInFile = 0;
        write(false);
    }

    private void keep(int wanted) throws IOException {
        loaded = loaded.first(wanted);
        entriesInFile = Math.min(entriesInFile, wanted);
        write(false);
    }

    /** Brings the file up to date; creates it even if there is no entry, as Kafka expects it beside each segment. */
    final synchronized void write(boolean force) throws IOException {
        Entries all = loaded;
        if (all == null && !force && Files.exists(file)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE)) {
            if (all != null) {
                int count = all.count;
                channel.truncate((long) entriesInFile * entryBytes);
                ByteBuffer tail = ByteBuffer.allocate((count - entriesInFile) * entryBytes);
                for (int at = entriesInFile; at < count; at++) {
                    putKey(tail, all.keys[at]);
                    tail.putInt(all.values[at]);
                }
                tail.flip();
                long position = (long) entriesInFile * entryBytes;
                while (tail.hasRemaining()) {
                    position += channel.write(tail, position);
                }
                entriesInFile = count;
            }
            if (force) {
                channel.force(true);
            }
        }
    }

    /** The segment is sealed: writes what is left, and lets the memory go when it is needed elsewhere. */
    final synchronized void release(boolean force) throws IOException {
        write(force);
        if (loaded != null) {
            released = new SoftReference<>(loaded);
            loaded = null;
        }
    }

    private synchronized Entries writable() throws IOException {
        if (loaded == null) {
            Entries all = entries();
            entriesInFile = all.count;
            loaded = all;
        }
        return loaded;
    }

    private Entries entries() throws IOException {
        Entries all = loaded;
        if (all != null) {
            return all;
        }
        all = released.get();
        if (all != null) {
            return all;
        }
        synchronized (this) {
            if (loaded != null) {
                return loaded;
            }
            all = load();
            released = new SoftReference<>(all);
            return all;
        }
    }

    private Entries load() throws IOException {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return new Entries(16);
        }
        Entries all = new Entries(Math.max(16, bytes.remaining() / entryBytes));
        while (bytes.remaining() >= entryBytes) {
            long key = keyBytes == Long.BYTES ? bytes.getLong() : bytes.getInt();
            int value = bytes.getInt();
            int last = all.count - 1;
            if (last >= 0 && !follows(all.keys[last], all.values[last], key, value)) {
                break;
            }
            all.add(key, value);
        }
        return all;
    }

    private void putKey(ByteBuffer target, long key) {
        if (keyBytes == Long.BYTES) {
            target.putLong(key);
        } else {
            target.putInt((int) key);
        }
    }
}
