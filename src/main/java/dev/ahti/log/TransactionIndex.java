package dev.ahti.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.CorruptRecordException;

/**
 * The aborted transactions whose markers lie in one segment ({@code .txnindex}), by offset of the marker. Kafka's format,
 * big endian: version (2 bytes), producer id, first offset, last offset, last stable offset (8 each). The file comes into
 * being with the first entry, since most segments have none. Appended to by the log's writer alone; searched from any
 * thread.
 */
final class TransactionIndex implements Closeable {
    private static final short VERSION = 0;
    private static final int ENTRY_BYTES = 34;
    private static final int ENTRIES_READ_AT_ONCE = 120;

    private final long baseOffset;
    private Path file;
    private FileChannel channel;
    private volatile int entries;
    private long lastOffset = -1;

    /** What a search in one index found; {@code complete} means that later segments hold nothing for the range. */
    record Found(List<AbortedTxn> aborted, boolean complete) {
        private static final Found NOTHING = new Found(List.of(), false);
    }

    /** Takes each entry in order, until it says that it wants no more. */
    private interface Visitor {
        boolean wantsMore(AbortedTxn aborted);
    }

    /** @param baseOffset of the segment */
    TransactionIndex(long baseOffset, Path file) throws IOException {
        this.baseOffset = baseOffset;
        this.file = file;
        if (Files.exists(file)) {
            // A kill may have cut the last entry short; the next one is written over it.
            this.entries = (int) (Files.size(file) / ENTRY_BYTES);
            forEach(aborted -> {
                lastOffset = aborted.lastOffset();
                return true;
            });
        }
    }

    synchronized Path file() {
        return file;
    }

    /** @throws IllegalArgumentException if the entry's marker is not behind those already here */
    synchronized void append(AbortedTxn aborted) throws IOException {
        if (aborted.lastOffset() <= lastOffset) {
            throw new IllegalArgumentException(aborted + " is not behind " + lastOffset + " in " + file);
        }
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES)
                .putShort(VERSION)
                .putLong(aborted.producerId())
                .putLong(aborted.firstOffset())
                .putLong(aborted.lastOffset())
                .putLong(aborted.lastStableOffset())
                .flip();
        long at = (long) entries * ENTRY_BYTES;
        while (entry.hasRemaining()) {
            at += channel().write(entry, at);
        }
        lastOffset = aborted.lastOffset();
        entries++;
    }

    /** Aborted transactions that overlap {@code fetchOffset} (inclusive) to {@code endOffset} (exclusive). */
    Found overlapping(long fetchOffset, long endOffset) throws IOException {
        if (entries == 0) {
            return Found.NOTHING;
        }
        List<AbortedTxn> found = new ArrayList<>();
        boolean complete = !forEach(aborted -> {
            if (aborted.lastOffset() >= fetchOffset && aborted.firstOffset() < endOffset) {
                found.add(aborted);
            }
            return aborted.lastStableOffset() < endOffset;
        });
        return new Found(found, complete);
    }

    List<AbortedTxn> all() throws IOException {
        List<AbortedTxn> all = new ArrayList<>();
        forEach(all::add);
        return all;
    }

    /** Returns whether all entries were visited. */
    private synchronized boolean forEach(Visitor visitor) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.min(entries, ENTRIES_READ_AT_ONCE) * ENTRY_BYTES);
        for (int next = 0; next < entries; ) {
            int count = Math.min(entries - next, ENTRIES_READ_AT_ONCE);
            buffer.clear().limit(count * ENTRY_BYTES);
            readFully(buffer, (long) next * ENTRY_BYTES);
            buffer.flip();
            for (int i = 0; i < count; i++) {
                if (!visitor.wantsMore(read(buffer))) {
                    return false;
                }
            }
            next += count;
        }
        return true;
    }

    private void readFully(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int count = channel().read(target, at);
            if (count < 0) {
                throw new IOException(file + " ends at " + at);
            }
            at += count;
        }
    }

    private AbortedTxn read(ByteBuffer buffer) throws IOException {
        short version = buffer.getShort();
        if (version > VERSION) {
            throw new IOException("entry of version " + version + " in " + file);
        }
        return new AbortedTxn(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
    }

    /** Drops the entries whose marker is at {@code offset} or behind. */
    synchronized void truncateTo(long offset) throws IOException {
        long last = -1;
        int keep = 0;
        for (AbortedTxn aborted : all()) {
            if (aborted.lastOffset() >= offset) {
                break;
            }
            keep++;
            last = aborted.lastOffset();
        }
        truncate(keep, last);
    }

    /** Empties the index, to be built anew from the segment. */
    synchronized void reset() throws IOException {
        truncate(0, -1);
    }

    private void truncate(int keep, long last) throws IOException {
        if (channel != null || Files.exists(file)) {
            channel().truncate((long) keep * ENTRY_BYTES);
        }
        entries = keep;
        lastOffset = last;
    }

    /** @throws CorruptRecordException if the index must be built anew */
    void sanityCheck() throws IOException {
        for (AbortedTxn aborted : all()) {
            if (aborted.lastOffset() < baseOffset) {
                throw new CorruptRecordException(aborted + " is before segment " + baseOffset + " in " + file());
            }
        }
    }

    synchronized void flush() throws IOException {
        if (channel != null) {
            channel.force(true);
        }
    }

    /** Gives the file another name: {@code .deleted}, {@code .swap}. */
    synchronized void renameTo(Path target) throws IOException {
        if (Files.exists(file)) {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        file = target;
    }

    synchronized boolean deleteIfExists() throws IOException {
        close();
        return Files.deleteIfExists(file);
    }

    private FileChannel channel() throws IOException {
        if (channel == null) {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
        return channel;
    }

    @Override
    public synchronized void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
