package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * A segment: one file of batches and the indexes beside it. Written by the log under its lock; read by anybody up to a
 * size that the log has published.
 */
final class LogSegment {
    private final long baseOffset;
    private final SegmentFiles files;
    private final OffsetIndex offsetIndex;
    private final SegmentTimestamps timestamps;
    private final TransactionIndex transactionIndex;
    private volatile int size;
    /** What was appended last, which is what followers and most consumers ask for next; null where that is not known. */
    private volatile LastBatch last;

    private int bytesSinceIndexEntry;

    LogSegment(Path directory, long baseOffset, long nowMs) throws IOException {
        this.baseOffset = baseOffset;
        this.files = new SegmentFiles(directory, baseOffset);
        this.size = Files.exists(files.log()) ? Math.toIntExact(Files.size(files.log())) : 0;
        this.offsetIndex = new OffsetIndex(files.offsetIndex());
        this.timestamps = new SegmentTimestamps(this, new TimeIndex(files.timeIndex()), nowMs);
        this.transactionIndex = new TransactionIndex(baseOffset, files.transactionIndex());
    }

    /** A new one, whatever a crash left under its name. */
    static LogSegment create(Path directory, long baseOffset, long nowMs) throws IOException {
        new SegmentFiles(directory, baseOffset).createLog();
        LogSegment created = new LogSegment(directory, baseOffset, nowMs);
        created.clearIndexes();
        return created;
    }

    long baseOffset() {
        return baseOffset;
    }

    int size() {
        return size;
    }

    SegmentTimestamps timestamps() {
        return timestamps;
    }

    TransactionIndex transactionIndex() {
        return transactionIndex;
    }

    FileChannel channel() throws IOException {
        return files.channel();
    }

    /** Writes one batch at the end; after a failure (a full disk) the file is as before. */
    void append(ByteBuffer batch, long lastOffset, long timestampMs, int indexInterval) throws IOException {
        int position = size;
        int bytes = batch.remaining();
        long firstOffset = Batches.baseOffset(batch, batch.position());
        FileChannel file = channel();
        try {
            for (long at = position; batch.hasRemaining(); ) {
                at += file.write(batch, at);
            }
            size = position + bytes;
            noteBatch(position, bytes, lastOffset, timestampMs, indexInterval);
            last = new LastBatch(firstOffset, lastOffset, position);
        } catch (IOException e) {
            cutBack(file, position, e);
            throw e;
        }
    }

    /** Where even that fails, recovery does it: a log that has failed is not closed in order. */
    private void cutBack(FileChannel file, int position, IOException cause) {
        last = null;
        size = position;
        try {
            file.truncate(position);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Indexes a batch that stands in the file. */
    void noteBatch(int position, int bytes, long lastOffset, long timestampMs, int indexInterval) throws IOException {
        timestamps.note(timestampMs, lastOffset);
        if (bytesSinceIndexEntry > indexInterval) {
            offsetIndex.append((int) (lastOffset - baseOffset), position);
            timestamps.index();
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += bytes;
    }

    boolean isFull(int bytes, int maxBytes, long lastOffset, int maxIndexBytes) throws IOException {
        return size > 0
                && ((long) size + bytes > maxBytes
                        || lastOffset - baseOffset > Integer.MAX_VALUE
                        || offsetIndex.bytes() + 8 > maxIndexBytes);
    }

    /** Position of the first batch whose last offset is at least {@code offset}, or {@code end} if there is none. */
    int positionOf(long offset, int end) throws IOException {
        if (offset <= baseOffset) {
            return 0;
        }
        LastBatch appended = last;
        if (appended != null && appended.firstOffset <= offset && offset <= appended.lastOffset) {
            return Math.min(appended.position, end);
        }
        int start = offsetIndex.lookup(offset - baseOffset);
        BatchScanner scanner = new BatchScanner(channel(), start <= end ? start : 0, end);
        while (scanner.advance()) {
            if (scanner.lastOffset() >= offset) {
                return scanner.position();
            }
        }
        return scanner.position();
    }

    /** An offset that no batch before {@code position} reaches: at most that behind the segment, often a nearer one. */
    long offsetBehind(int position, long endOffset) throws IOException {
        return Math.min(endOffset, baseOffset + offsetIndex.offsetBehind(position, endOffset - baseOffset));
    }

    int sizeOfBatchAt(int position, int end) throws IOException {
        BatchScanner scanner = new BatchScanner(channel(), position, end);
        return scanner.advance() ? scanner.size() : 0;
    }

    long lastModifiedMs() throws IOException {
        return Files.getLastModifiedTime(files.log()).toMillis();
    }

    /** Offset behind the last batch, the base offset where there is none; -1 if the file does not end with a whole one. */
    long endOffset() throws IOException {
        int from = offsetIndex.lookup(Integer.MAX_VALUE);
        BatchScanner scanner = new BatchScanner(channel(), Math.min(from, size), size);
        long end = baseOffset;
        while (scanner.advance()) {
            end = scanner.lastOffset() + 1;
        }
        return from > size || scanner.position() < size ? -1 : end;
    }

    /** Leader epoch of the last whole batch, or -1. */
    int lastLeaderEpoch() throws IOException {
        BatchScanner scanner = new BatchScanner(channel(), offsetIndex.lookup(Integer.MAX_VALUE), size);
        int epoch = -1;
        while (scanner.advance()) {
            epoch = scanner.leaderEpoch();
        }
        return epoch;
    }

    Path logFile() {
        return files.log();
    }

    MemoryRecords readBatch(int position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        new LogSlice(channel(), position, bytes).read(0, buffer);
        return MemoryRecords.readableRecords(buffer.flip());
    }

    /** Nothing will be appended any more: the time index gets its last entry. For the log's writer. */
    void seal() throws IOException {
        timestamps.seal();
        offsetIndex.release(false);
    }

    /** Through to the disk, whatever is appended meanwhile. A segment that is deleted meanwhile needs none of it. */
    void flush() throws IOException {
        try {
            channel().force(true);
            synchronized (this) {
                if (!files.isDeleted()) {
                    offsetIndex.write(true);
                    timestamps.flush();
                    transactionIndex.flush();
                }
            }
        } catch (IOException e) {
            if (!files.isDeleted()) {
                throw e;
            }
        }
    }

    /** Cuts the file and the indexes before the batch at {@code position}. */
    void truncateTo(int position, long nextOffset) throws IOException {
        last = null;
        channel().truncate(position);
        size = position;
        offsetIndex.truncateTo(position);
        transactionIndex.truncateTo(nextOffset);
        bytesSinceIndexEntry = 0;
        timestamps.truncateTo(nextOffset);
    }

    void clearIndexes() throws IOException {
        offsetIndex.clear();
        timestamps.clear();
        transactionIndex.reset();
        bytesSinceIndexEntry = 0;
    }

    /** Renames the files out of the way; {@link #deleteFiles} follows when no reader can hold them any more. */
    synchronized void markDeleted() throws IOException {
        files.markDeleted();
        transactionIndex.renameTo(files.deletedTransactionIndex());
    }

    void deleteFiles() throws IOException {
        files.delete();
        transactionIndex.deleteIfExists();
    }

    /** The files are closed even where the index cannot be written to its end: then an exception says so. */
    void close() throws IOException {
        try {
            seal();
        } finally {
            transactionIndex.close();
            files.close();
        }
    }

    /** Where a batch stands in the file. */
    private record LastBatch(long firstOffset, long lastOffset, int position) {}
}
