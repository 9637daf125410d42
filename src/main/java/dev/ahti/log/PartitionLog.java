package dev.ahti.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition on disk, in Kafka's format. Written by one replica at a time (appends, truncation and deletion take a
 * lock, for the background tasks' sake); read from any thread through its published segments, without a lock. Refusals
 * are Kafka's {@code ApiException}s; an {@link IOException} means that the disk failed.
 */
public final class PartitionLog implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(PartitionLog.class);
    private static final short UNKNOWN_TRANSACTION_VERSION = -1;

    private final TopicPartition partition;
    private final Path directory;
    private final LogSettings settings;
    private final ProducerStates producers;
    private final LeaderEpochs epochs;
    private final BatchValidation validation;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile LogConfig config;
    private volatile Segments segments;
    private volatile long logStartOffset;
    private volatile long recoveryPoint;
    private volatile boolean closed;
    private long lastFlushMs;
    private long segmentJitterMs;
    private long truncations;

    PartitionLog(
            TopicPartition partition, Path directory, LogSettings settings, LogConfig config, Recovered recovered) {
        this.partition = partition;
        this.directory = directory;
        this.settings = settings;
        this.config = config;
        this.validation = new BatchValidation(partition);
        this.producers = recovered.producers();
        this.epochs = recovered.epochs();
        this.segments = recovered.segments();
        this.logStartOffset = recovered.logStartOffset();
        this.recoveryPoint = recovered.recoveryPoint();
        this.lastFlushMs = settings.time().milliseconds();
        this.segmentJitterMs = config.randomSegmentJitter();
    }

    /** What opening the directory found and mended: see {@link LogRecovery}. */
    record Recovered(
            Segments segments,
            ProducerStates producers,
            LeaderEpochs epochs,
            long logStartOffset,
            long recoveryPoint) {}

    public TopicPartition topicPartition() {
        return partition;
    }

    public Path directory() {
        return directory;
    }

    public LogConfig config() {
        return config;
    }

    public void updateConfig(LogConfig newConfig) {
        config = newConfig;
    }

    /**
     * Appends a producer's batch: validates it, gives it offsets from the log end on and the leader epoch, in place in
     * the given buffer.
     *
     * @throws org.apache.kafka.common.errors.ApiException what the producer is to be told; nothing was appended
     */
    public LogAppend appendAsLeader(MemoryRecords records, int leaderEpoch) throws IOException {
        return append(records, leaderEpoch, AppendOrigin.CLIENT, UNKNOWN_TRANSACTION_VERSION);
    }

    /** Appends a batch of records that a coordinator on this broker wrote: it needs no sequence numbers. */
    public LogAppend appendAsCoordinator(MemoryRecords records, int leaderEpoch) throws IOException {
        return append(records, leaderEpoch, AppendOrigin.COORDINATOR, UNKNOWN_TRANSACTION_VERSION);
    }

    /**
     * Appends the marker that ends a transaction, as its coordinator asks.
     *
     * @param transactionVersion of the transaction: from 2 on, the marker's producer epoch is above that of the records
     *     (KIP-890)
     */
    public LogAppend appendEndMarker(MemoryRecords marker, int leaderEpoch, short transactionVersion)
            throws IOException {
        return append(marker, leaderEpoch, AppendOrigin.COORDINATOR, transactionVersion);
    }

    private LogAppend append(MemoryRecords records, int leaderEpoch, AppendOrigin origin, short transactionVersion)
            throws IOException {
        lock.lock();
        try {
            requireOpen();
            ValidBatch batch =
                    validation.check(records, origin, config, settings.time().milliseconds());
            batch.assign(segments.endOffset(), leaderEpoch);
            MutableRecordBatch one = batch.batch();
            ProducerAppend producer = producers.check(List.of(one), origin, transactionVersion);
            if (producer.duplicate().isPresent()) {
                AppendedBatch original = producer.duplicate().get();
                return new LogAppend(original.firstOffset(), original.lastOffset(), original.timestampMs(), true);
            }
            write(batch.records().buffer(), one, batch.maxTimestampMs(), producer);
            flushIfDue();
            return new LogAppend(batch.firstOffset(), batch.lastOffset(), batch.logAppendTimeMs(), false);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Appends batches as the leader sent them, with their offsets and epochs, up to the first of a later epoch than the
     * one in which they were fetched: an answer that is late, or of a leader of which this replica has not heard, may not
     * bring in what comes after a truncation that is still to be done (KAFKA-18723).
     *
     * @param leaderEpoch in which the follower asked for them
     */
    public LogAppend appendAsFollower(MemoryRecords records, int leaderEpoch) throws IOException {
        lock.lock();
        try {
            requireOpen();
            ByteBuffer buffer = records.buffer();
            int at = buffer.position();
            int end = at + validation.checkReplicated(records, leaderEpoch);
            long first = -1;
            for (MutableRecordBatch batch : records.batches()) {
                if (at + batch.sizeInBytes() > end) {
                    break;
                }
                if (batch.baseOffset() < segments.endOffset()) {
                    throw new OffsetOutOfRangeException("batch at " + batch.baseOffset() + " is below the log end "
                            + segments.endOffset() + " of " + partition);
                }
                ProducerAppend producer =
                        producers.check(List.of(batch), AppendOrigin.REPLICATION, UNKNOWN_TRANSACTION_VERSION);
                ByteBuffer bytes = buffer.slice(at, batch.sizeInBytes());
                write(bytes, batch, batch.maxTimestamp(), producer);
                first = first < 0 ? batch.baseOffset() : first;
                at += batch.sizeInBytes();
            }
            flushIfDue();
            return new LogAppend(first, segments.endOffset() - 1, -1, false);
        } finally {
            lock.unlock();
        }
    }

    /** One batch into the active segment; the epoch is noted first, so that no record is without one after a crash. */
    private void write(ByteBuffer bytes, MutableRecordBatch batch, long timestampMs, ProducerAppend producer)
            throws IOException {
        rollIfDue(bytes.remaining(), batch.lastOffset(), timestampMs);
        if (batch.partitionLeaderEpoch() > epochs.latestEpoch()) {
            epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset());
        }
        LogSegment active = segments.active();
        active.append(bytes, batch.lastOffset(), timestampMs, config.indexInterval);
        for (AbortedTxn aborted : producers.commit(producer)) {
            active.transactionIndex().append(aborted);
        }
        segments = segments.withEnd(batch.lastOffset() + 1);
    }

    private void rollIfDue(int bytes, long lastOffset, long timestampMs) throws IOException {
        LogSegment active = segments.active();
        long age = active.size() == 0 ? 0 : active.ageMs(settings.time().milliseconds(), timestampMs);
        if (active.isFull(bytes, config.segmentSize(), lastOffset, config.maxIndexSize)
                || age > config.segmentMs - segmentJitterMs) {
            roll();
        }
    }

    /** Begins a new segment at the log end, unless the active one is empty. */
    public void roll() throws IOException {
        lock.lock();
        try {
            LogSegment active = segments.active();
            if (active.size() == 0) {
                return;
            }
            long end = segments.endOffset();
            active.seal();
            producers.takeSnapshot(false);
            segments = segments.plus(
                    LogSegment.create(directory, end, settings.time().milliseconds()));
            segmentJitterMs = config.randomSegmentJitter();
            settings.background().execute(() -> flushQuietly(end));
        } finally {
            lock.unlock();
        }
    }

    private void flushQuietly(long end) {
        try {
            flushTo(end);
        } catch (IOException | RuntimeException e) {
            if (!closed) {
                log.warn("{}: cannot flush: {}", partition, e.getMessage());
            }
        }
    }

    /** {@code flush.messages}; {@code flush.ms} is looked after by {@link #flushIfOlderThan}. */
    private void flushIfDue() throws IOException {
        if (config.flushInterval != Long.MAX_VALUE && segments.endOffset() - recoveryPoint >= config.flushInterval) {
            flush();
        }
    }

    /** Flushes where {@code flush.ms} has passed since the last time. */
    public void flushIfOlderThan(long nowMs) throws IOException {
        if (nowMs - lastFlushMs >= config.flushMs && recoveryPoint < logEndOffset()) {
            flush();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new KafkaStorageException("the log of " + partition + " is closed");
        }
    }

    /**
     * Finds batches from the one that holds {@code offset} on, ending before {@code endOffset}.
     *
     * @param maxBytes at most so many, but with {@code atLeastOneBatch} the first batch is whole, however large
     * @throws OffsetOutOfRangeException outside log start .. log end
     */
    public LogRead read(
            long offset, long endOffset, int maxBytes, boolean atLeastOneBatch, boolean withAbortedTransactions)
            throws IOException {
        return LogReader.read(
                segments, logStartOffset, offset, endOffset, maxBytes, atLeastOneBatch, withAbortedTransactions);
    }

    public long logStartOffset() {
        return logStartOffset;
    }

    public long logEndOffset() {
        return segments.endOffset();
    }

    /** Smallest offset that may belong to an open transaction, at most {@code highWatermark}. */
    public long lastStableOffset(long highWatermark) {
        return producers.lastStableOffset(highWatermark);
    }

    /** Last sequence number of each producer that the log knows. */
    Map<Long, Integer> lastSequences() {
        return producers.all().stream()
                .collect(Collectors.toMap(ProducerState::producerId, ProducerState::lastSequence));
    }

    /** Latest leader epoch in the log, or -1. */
    public int latestEpoch() {
        return epochs.latestEpoch();
    }

    /** Notes that records from the log end on belong to this epoch: a new leader does so before its first append. */
    public void startEpoch(int leaderEpoch) throws IOException {
        lock.lock();
        try {
            if (leaderEpoch > epochs.latestEpoch()) {
                epochs.assign(leaderEpoch, segments.endOffset());
            }
        } finally {
            lock.unlock();
        }
    }

    /** End of an epoch (KIP-101, KIP-279), for OffsetForLeaderEpoch and truncation. */
    public EpochEnd endOfEpoch(int leaderEpoch) {
        return epochs.endOfEpoch(leaderEpoch, segments.endOffset());
    }

    /** First record at or after the time whose offset is below {@code endOffset}. */
    public Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long endOffset) throws IOException {
        return LogReader.offsetForTimestamp(segments, logStartOffset, timestampMs, endOffset);
    }

    /** The record with the largest timestamp (KIP-734), or empty in an empty log. */
    public Optional<TimestampOffset> maxTimestamp() throws IOException {
        return LogReader.maxTimestamp(segments, logStartOffset);
    }

    /** Leader epoch of the record at an offset, or -1 where unknown. */
    public int epochOf(long offset) {
        return epochs.epochForOffset(offset).orElse(-1);
    }

    /** Cuts the log so that it ends at or before {@code offset}: producer state and epochs too. */
    public void truncateTo(long offset) throws IOException {
        lock.lock();
        try {
            if (offset >= segments.endOffset()) {
                return;
            }
            if (offset < segments.all()[0].baseOffset()) {
                truncateFullyAndStartAt(offset);
                return;
            }
            truncations++;
            int index = segments.indexOf(offset);
            List<LogSegment> kept = new ArrayList<>(List.of(segments.all()).subList(0, index + 1));
            LogSegment last = kept.get(index);
            int position = last.positionOf(offset, segments.endPosition(index));
            List<LogSegment> dropped = List.of(segments.all()).subList(index + 1, segments.all().length);
            last.truncateTo(position, offset);
            segments = Segments.of(kept, offset);
            discard(dropped);
            recoveryPoint = Math.min(recoveryPoint, offset);
            logStartOffset = Math.min(logStartOffset, offset);
            epochs.truncateFromEnd(offset);
            producers.truncateAndReload(logStartOffset, offset, settings.time().milliseconds());
            LogRecovery.replayProducers(segments, producers);
        } finally {
            lock.unlock();
        }
    }

    /** Throws everything away; the next record has this offset. */
    public void truncateFullyAndStartAt(long offset) throws IOException {
        lock.lock();
        try {
            Segments before = segments;
            discard(List.of(before.all()));
            segments = Segments.of(
                    List.of(LogSegment.create(directory, offset, settings.time().milliseconds())), offset);
            truncations++;
            logStartOffset = offset;
            recoveryPoint = Math.min(recoveryPoint, offset);
            epochs.clearAndFlush();
            producers.truncateFullyAndStartAt(offset);
        } finally {
            lock.unlock();
        }
    }

    /** DeleteRecords and the leader's log start: segments wholly below are deleted, the rest is hidden. */
    public void raiseLogStartOffset(long offset) throws IOException {
        lock.lock();
        try {
            if (offset > segments.endOffset()) {
                throw new OffsetOutOfRangeException(
                        offset + " is beyond the log end " + segments.endOffset() + " of " + partition);
            }
            if (offset > logStartOffset) {
                logStartOffset = offset;
                epochs.truncateFromStart(offset);
                producers.logStartRaised(offset);
                deleteSegmentsBelow(segments.indexOf(offset));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Deletes segments by {@code retention.ms} and {@code retention.bytes}, none that reaches above the high watermark.
     *
     * @return how many segments
     */
    public int deleteExpired(long highWatermark) throws IOException {
        lock.lock();
        try {
            requireOpen();
            long now = settings.time().milliseconds();
            producers.removeExpired(now);
            if (!config.delete) {
                return 0;
            }
            int expired = Retention.expired(segments, config, highWatermark, now);
            if (expired > 0 && expired == segments.all().length) {
                roll();
            }
            if (expired > 0) {
                long firstKept = segments.all()[expired].baseOffset();
                raiseLogStartOffset(firstKept);
                // The log start may have been above already, by DeleteRecords.
                deleteSegmentsBelow(segments.indexOf(firstKept));
            }
            return expired;
        } finally {
            lock.unlock();
        }
    }

    private void deleteSegmentsBelow(int index) throws IOException {
        if (index > 0) {
            Segments before = segments;
            List<LogSegment> dropped = List.of(before.all()).subList(0, index);
            segments = before.from(index);
            producers.deleteSnapshotsBefore(segments.all()[0].baseOffset());
            discard(dropped);
        }
    }

    /** Files go after {@code file.delete.delay.ms}, when no fetch is sending from them any more. */
    private void discard(List<LogSegment> dropped) throws IOException {
        for (LogSegment segment : dropped) {
            segment.markDeleted();
            settings.background()
                    .schedule(() -> deleteQuietly(segment), config.fileDeleteDelayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void deleteQuietly(LogSegment segment) {
        try {
            segment.deleteFiles();
        } catch (IOException e) {
            log.warn("{}: cannot delete segment {}: {}", partition, segment.baseOffset(), e.getMessage());
        }
    }

    /** Writes everything up to the log end through to the disk, and moves the recovery point there. */
    public void flush() throws IOException {
        flushTo(logEndOffset());
    }

    private void flushTo(long end) throws IOException {
        Segments now;
        long truncationsBefore;
        lock.lock();
        try {
            now = segments;
            truncationsBefore = truncations;
        } finally {
            lock.unlock();
        }
        for (int i = now.indexOf(recoveryPoint); i < now.all().length && now.all()[i].baseOffset() < end; i++) {
            now.all()[i].flush();
        }
        lock.lock();
        try {
            // After a truncation other records may have these offsets, and those have not been flushed.
            if (end > recoveryPoint && truncations == truncationsBefore && !closed) {
                recoveryPoint = end;
                lastFlushMs = settings.time().milliseconds();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Everything below is known to be on disk. */
    public long recoveryPoint() {
        return recoveryPoint;
    }

    /** Size of all segment files, in bytes. */
    public long size() {
        return segments.sizeInBytes();
    }

    /** Flushes, snapshots the producer state and closes the files. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (!closed) {
                flush();
                producers.takeSnapshot(true);
                closeFiles();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes the files as they are: of a log that is to be deleted, or whose disk has failed. */
    void closeFiles() throws IOException {
        lock.lock();
        try {
            closed = true;
            for (LogSegment segment : segments.all()) {
                segment.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
