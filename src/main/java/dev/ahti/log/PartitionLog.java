package dev.ahti.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * One partition on disk, in Kafka's format. Written by one replica at a time (appends, truncation and deletion take a
 * lock, for the background tasks' sake); read from any thread through its published segments, without a lock. Refusals
 * are Kafka's {@code ApiException}s; an {@link IOException} means that the disk failed.
 */
public final class PartitionLog implements Closeable {
    private final TopicPartition partition;
    private final Path directory;
    private final LogSettings settings;
    private final LocalLog local;
    private final ProducerStates producers;
    private final LeaderEpochs epochs;
    private final WriteGuard guard;
    private final LogFlush flush;
    private final LogTruncation truncation;
    private final LogAppender appender;
    private volatile LogConfig config;

    /** @param recoveryPointLowered is told when the recovery point in the directory's checkpoint is too high */
    PartitionLog(
            TopicPartition partition,
            Path directory,
            LogSettings settings,
            LogConfig config,
            Recovered recovered,
            Runnable recoveryPointLowered) {
        this.partition = partition;
        this.directory = directory;
        this.settings = settings;
        this.config = config;
        this.producers = recovered.producers();
        this.epochs = recovered.epochs();
        this.local = new LocalLog(
                partition,
                directory,
                settings,
                config,
                recovered.segments(),
                recovered.logStartOffset(),
                recovered.recoveryPoint());
        this.guard = new WriteGuard(partition);
        this.flush = new LogFlush(partition, settings, local, epochs, guard);
        this.truncation = new LogTruncation(partition, settings.time(), local, producers, epochs, recoveryPointLowered);
        this.appender = new LogAppender(partition, settings, local, producers, epochs, flush, truncation);
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
        return append(records, leaderEpoch, AppendOrigin.CLIENT, LogAppender.UNKNOWN_TRANSACTION_VERSION);
    }

    /** Appends a batch of records that a coordinator on this broker wrote: it needs no sequence numbers. */
    public LogAppend appendAsCoordinator(MemoryRecords records, int leaderEpoch) throws IOException {
        return append(records, leaderEpoch, AppendOrigin.COORDINATOR, LogAppender.UNKNOWN_TRANSACTION_VERSION);
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
        return guard.change(() -> appender.asLeader(records, leaderEpoch, origin, transactionVersion, config));
    }

    /**
     * Appends batches as the leader sent them, with their offsets and epochs, up to the first of a later epoch than the
     * one in which they were fetched: an answer that is late, or of a leader of which this replica has not heard, may not
     * bring in what comes after a truncation that is still to be done (KAFKA-18723).
     *
     * @param leaderEpoch in which the follower asked for them
     */
    public LogAppend appendAsFollower(MemoryRecords records, int leaderEpoch) throws IOException {
        return guard.change(() -> appender.asFollower(records, leaderEpoch, config));
    }

    /** Begins a new segment at the log end, unless the active one is empty. */
    public void roll() throws IOException {
        guard.run(() -> appender.roll(config));
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
                local.segments(),
                logStartOffset(),
                offset,
                endOffset,
                maxBytes,
                atLeastOneBatch,
                withAbortedTransactions);
    }

    public long logStartOffset() {
        return local.startOffset();
    }

    public long logEndOffset() {
        return local.endOffset();
    }

    /** Smallest offset that may belong to an open transaction, at most {@code highWatermark}, and none that is deleted. */
    public long lastStableOffset(long highWatermark) {
        return Math.min(highWatermark, Math.max(logStartOffset(), producers.lastStableOffset(highWatermark)));
    }

    /** Whether sequence numbers of this producer are checked against what it has sent before. */
    public boolean knowsProducer(long producerId) {
        return producers.knows(producerId);
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
        guard.run(() -> {
            if (leaderEpoch > epochs.latestEpoch()) {
                epochs.assign(leaderEpoch, local.endOffset());
            }
        });
    }

    /** End of an epoch (KIP-101, KIP-279), for OffsetForLeaderEpoch and truncation. */
    public EpochEnd endOfEpoch(int leaderEpoch) {
        return epochs.endOfEpoch(leaderEpoch, logEndOffset());
    }

    /** First record at or after the time whose offset is below {@code endOffset}. */
    public Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long endOffset) throws IOException {
        return LogReader.offsetForTimestamp(local.segments(), logStartOffset(), timestampMs, endOffset);
    }

    /** First record from {@code offset} on whose offset is below {@code endOffset}; what ends a transaction is none. */
    public Optional<TimestampOffset> firstRecord(long offset, long endOffset) throws IOException {
        return LogReader.firstRecord(local.segments(), logStartOffset(), offset, endOffset);
    }

    /** The record with the largest timestamp (KIP-734), or empty in an empty log. */
    public Optional<TimestampOffset> maxTimestamp() throws IOException {
        return LogReader.maxTimestamp(local.segments(), logStartOffset());
    }

    /** Leader epoch of the record at an offset, or -1 where unknown. */
    public int epochOf(long offset) {
        return epochs.epochForOffset(offset).orElse(-1);
    }

    /** Cuts the log so that it ends at or before {@code offset}: producer state and epochs too. */
    public void truncateTo(long offset) throws IOException {
        guard.run(() -> truncation.truncateTo(offset, config));
    }

    /** Throws everything away; the next record has this offset. */
    public void truncateFullyAndStartAt(long offset) throws IOException {
        guard.run(() -> truncation.truncateFullyAndStartAt(offset, config));
    }

    /** DeleteRecords and the leader's log start: segments wholly below are deleted, the rest is hidden. */
    public void raiseLogStartOffset(long offset) throws IOException {
        guard.run(() -> truncation.raiseStartOffset(offset, config));
    }

    /**
     * Deletes segments by {@code retention.ms} and {@code retention.bytes}, none that reaches above the high watermark.
     *
     * @return how many segments
     */
    public int deleteExpired(long highWatermark) throws IOException {
        return guard.change(() -> {
            long now = settings.time().milliseconds();
            producers.removeExpired(now);
            if (!config.delete) {
                return 0;
            }
            int expired = Retention.expired(local.segments(), config, highWatermark, now);
            if (expired > 0 && expired == local.segments().all().length) {
                appender.roll(config);
            }
            if (expired > 0) {
                long firstKept = local.segments().all()[expired].baseOffset();
                truncation.raiseStartOffset(firstKept, config);
                // The log start may have been above already, by DeleteRecords.
                truncation.deleteSegmentsBelow(firstKept, config);
            }
            return expired;
        });
    }

    /** Writes everything up to the log end through to the disk, and moves the recovery point there. */
    public void flush() throws IOException {
        flush.to(logEndOffset());
    }

    /** Flushes where {@code flush.ms} has passed since the last time. */
    public void flushIfOlderThan(long nowMs) throws IOException {
        flush.ifOlderThan(config, nowMs);
    }

    /** Everything below is known to be on disk. */
    public long recoveryPoint() {
        return local.recoveryPoint();
    }

    /** Size of all segment files, in bytes. */
    public long size() {
        return local.segments().sizeInBytes();
    }

    /**
     * Flushes, snapshots the producer state and closes the files.
     *
     * @throws IOException also where the disk has failed before: the directory has not been closed in order then
     */
    @Override
    public void close() throws IOException {
        if (guard.isClosed()) {
            return;
        }
        try {
            guard.run(() -> {
                flush();
                producers.takeSnapshot(true);
            });
        } finally {
            closeFiles();
        }
    }

    /** Closes the files as they are: of a log that is to be deleted, or whose disk has failed. */
    void closeFiles() throws IOException {
        guard.close(local::close);
    }
}
