package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * A segment: one file of batches and the indexes beside it. Written by the log under its lock; read by anybody up to a
 * size that the log has published.
 */
final class LogSegment {
    static final String LOG = ".log";
    static final String INDEX = ".index";
    static final String TIME_INDEX = ".timeindex";
    static final String TRANSACTION_INDEX = ".txnindex";
    static final String DELETED = ".deleted";

    private final Path directory;
    private final long baseOffset;
    private final OffsetIndex offsetIndex;
    private final TimeIndex timeIndex;
    private final TransactionIndex transactionIndex;
    private FileChannel channel;
    private boolean deleted;
    private volatile int size;
    private int bytesSinceIndexEntry;
    private long maxTimestampMs = -1;
    private long offsetOfMaxTimestamp = -1;
    private long createdMs;
    private long firstTimestampMs = -1;

    LogSegment(Path directory, long baseOffset, long nowMs) throws IOException {
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.createdMs = nowMs;
        Path file = file(directory, baseOffset, LOG);
        this.size = Files.exists(file) ? Math.toIntExact(Files.size(file)) : 0;
        this.offsetIndex = new OffsetIndex(file(directory, baseOffset, INDEX));
        this.timeIndex = new TimeIndex(file(directory, baseOffset, TIME_INDEX));
        this.transactionIndex = new TransactionIndex(baseOffset, file(directory, baseOffset, TRANSACTION_INDEX));
    }

    static Path file(Path directory, long baseOffset, String suffix) {
        return directory.resolve(fileName(baseOffset) + suffix);
    }

    static String fileName(long offset) {
        String digits = Long.toString(offset);
        return "0".repeat(20 - digits.length()) + digits;
    }

    long baseOffset() {
        return baseOffset;
    }

    int size() {
        return size;
    }

    TransactionIndex transactionIndex() {
        return transactionIndex;
    }

    /** A new segment's file; what a crash left there is no part of the log. */
    static LogSegment create(Path directory, long baseOffset, long nowMs) throws IOException {
        FileChannel.open(
                        file(directory, baseOffset, LOG),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)
                .close();
        LogSegment created = new LogSegment(directory, baseOffset, nowMs);
        created.clearIndexes();
        return created;
    }

    /**
     * Opened at first use, since a log may have hundreds of segments that nobody reads. Never creates the file: whoever
     * still holds a segment that has been deleted must not bring it back.
     */
    synchronized FileChannel channel() throws IOException {
        if (channel == null) {
            channel = FileChannel.open(
                    file(directory, baseOffset, deleted ? LOG + DELETED : LOG),
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        }
        return channel;
    }

    /** Writes one batch at the end; after a failure (a full disk) the file is as before. */
    void append(ByteBuffer batch, long lastOffset, long timestampMs, int indexInterval) throws IOException {
        int position = size;
        int bytes = batch.remaining();
        FileChannel file = channel();
        try {
            for (long at = position; batch.hasRemaining(); ) {
                at += file.write(batch, at);
            }
        } catch (IOException e) {
            file.truncate(position);
            throw e;
        }
        size = position + bytes;
        noteBatch(position, bytes, lastOffset, timestampMs, indexInterval);
    }

    /** Indexes a batch that stands in the file. */
    void noteBatch(int position, int bytes, long lastOffset, long timestampMs, int indexInterval) throws IOException {
        if (firstTimestampMs < 0) {
            firstTimestampMs = timestampMs;
        }
        if (timestampMs > maxTimestampMs) {
            maxTimestampMs = timestampMs;
            offsetOfMaxTimestamp = lastOffset;
        }
        if (bytesSinceIndexEntry > indexInterval) {
            offsetIndex.append((int) (lastOffset - baseOffset), position);
            timeIndex.appendIfLarger(maxTimestampMs, (int) (offsetOfMaxTimestamp - baseOffset));
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

    /** Age as segment.ms counts it: from the first record's timestamp, or from creation where there is none. */
    long ageMs(long nowMs, long recordTimestampMs) {
        long first = firstTimestamp();
        return first >= 0 ? recordTimestampMs - first : nowMs - createdMs;
    }

    private long firstTimestamp() {
        if (firstTimestampMs < 0 && size >= Batches.HEADER_BYTES) {
            try {
                BatchScanner scanner = new BatchScanner(channel(), 0, size);
                firstTimestampMs = scanner.advance() ? scanner.maxTimestamp() : -1;
            } catch (IOException e) {
                firstTimestampMs = -1;
            }
        }
        return firstTimestampMs;
    }

    /** Position of the first batch whose last offset is at least {@code offset}, or {@code end} if there is none. */
    int positionOf(long offset, int end) throws IOException {
        if (offset <= baseOffset) {
            return 0;
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

    /** Largest timestamp of the segment, in ms; -1 where no record has one. */
    long maxTimestampMs() throws IOException {
        ensureMaxTimestamp();
        return maxTimestampMs;
    }

    long offsetOfMaxTimestamp() throws IOException {
        ensureMaxTimestamp();
        return offsetOfMaxTimestamp;
    }

    /** A segment opened again knows it from the time index, whose last entry is written at roll and close. */
    private void ensureMaxTimestamp() throws IOException {
        if (maxTimestampMs < 0 && size > 0) {
            TimeIndex.Entry last = timeIndex.last();
            maxTimestampMs = last.timestampMs();
            offsetOfMaxTimestamp = baseOffset + last.relativeOffset();
        }
    }

    long lastModifiedMs() throws IOException {
        return Files.getLastModifiedTime(file(directory, baseOffset, LOG)).toMillis();
    }

    /** The first record at or after the time and from {@code startOffset} on; null if there is none below {@code end}. */
    TimestampOffset search(long timestampMs, long startOffset, int end) throws IOException {
        long from = Math.max(startOffset, baseOffset + timeIndex.lookup(timestampMs));
        BatchScanner scanner = new BatchScanner(channel(), positionOf(from, end), end);
        while (scanner.advance()) {
            if (scanner.maxTimestamp() >= timestampMs) {
                TimestampOffset found = searchBatch(scanner, timestampMs, startOffset);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private TimestampOffset searchBatch(BatchScanner scanner, long timestampMs, long startOffset) throws IOException {
        int epoch = scanner.leaderEpoch();
        for (var record : readBatch(scanner.position(), scanner.size()).records()) {
            if (record.timestamp() >= timestampMs && record.offset() >= startOffset) {
                return new TimestampOffset(record.timestamp(), record.offset(), epoch < 0 ? -1 : epoch);
            }
        }
        return null;
    }

    /** Offset behind the last whole batch; the base offset where there is none. */
    long endOffset() throws IOException {
        BatchScanner scanner = new BatchScanner(channel(), offsetIndex.lookup(Integer.MAX_VALUE), size);
        long end = baseOffset;
        while (scanner.advance()) {
            end = scanner.lastOffset() + 1;
        }
        return end;
    }

    Path logFile() {
        return file(directory, baseOffset, LOG);
    }

    MemoryRecords readBatch(int position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        new LogSlice(channel(), position, bytes).read(0, buffer);
        return MemoryRecords.readableRecords(buffer.flip());
    }

    /** Nothing will be appended any more: the time index gets its last entry. For the log's writer. */
    void seal() throws IOException {
        noteMaxTimestamp();
        offsetIndex.release(false);
        timeIndex.release(false);
    }

    private void noteMaxTimestamp() throws IOException {
        if (size > 0) {
            ensureMaxTimestamp();
            timeIndex.appendIfLarger(maxTimestampMs, (int) Math.max(0, offsetOfMaxTimestamp - baseOffset));
        }
    }

    /** Through to the disk, whatever is appended meanwhile. Does nothing to a segment that has been deleted. */
    void flush() throws IOException {
        if (isDeleted()) {
            return;
        }
        channel().force(true);
        synchronized (this) {
            if (!deleted) {
                offsetIndex.write(true);
                timeIndex.write(true);
                transactionIndex.flush();
            }
        }
    }

    private synchronized boolean isDeleted() {
        return deleted;
    }

    /** Cuts the file and the indexes before the batch at {@code position}. */
    void truncateTo(int position, long nextOffset) throws IOException {
        channel().truncate(position);
        size = position;
        offsetIndex.truncateTo(position);
        timeIndex.truncateTo((int) Math.max(0, nextOffset - baseOffset));
        transactionIndex.truncateTo(nextOffset);
        bytesSinceIndexEntry = 0;
        maxTimestampMs = -1;
        firstTimestampMs = position == 0 ? -1 : firstTimestampMs;
        rescanMaxTimestamp();
    }

    /** Also what a segment needs that goes on being written after it was opened again. */
    void rescanMaxTimestamp() throws IOException {
        TimeIndex.Entry last = timeIndex.last();
        maxTimestampMs = last.timestampMs();
        offsetOfMaxTimestamp = baseOffset + last.relativeOffset();
        int from = last.timestampMs() < 0 ? 0 : positionOf(offsetOfMaxTimestamp, size);
        BatchScanner scanner = new BatchScanner(channel(), from, size);
        while (scanner.advance()) {
            if (scanner.maxTimestamp() > maxTimestampMs) {
                maxTimestampMs = scanner.maxTimestamp();
                offsetOfMaxTimestamp = scanner.lastOffset();
            }
        }
    }

    void clearIndexes() throws IOException {
        offsetIndex.clear();
        timeIndex.clear();
        transactionIndex.reset();
        bytesSinceIndexEntry = 0;
        maxTimestampMs = -1;
    }

    /** Renames the files out of the way; {@link #deleteFiles} follows when no reader can hold them any more. */
    synchronized void markDeleted() throws IOException {
        deleted = true;
        for (String suffix : new String[] {LOG, INDEX, TIME_INDEX}) {
            Path file = file(directory, baseOffset, suffix);
            if (Files.exists(file)) {
                Files.move(file, file(directory, baseOffset, suffix + DELETED), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        transactionIndex.renameTo(file(directory, baseOffset, TRANSACTION_INDEX + DELETED));
    }

    void deleteFiles() throws IOException {
        closeChannel();
        for (String suffix : new String[] {LOG, INDEX, TIME_INDEX}) {
            Files.deleteIfExists(file(directory, baseOffset, suffix + DELETED));
        }
        transactionIndex.deleteIfExists();
    }

    private synchronized void closeChannel() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    void close() throws IOException {
        seal();
        transactionIndex.close();
        closeChannel();
    }
}
