package dev.ahti.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * One partition on disk, in Kafka's format. Written by one replica at a time (appends, truncation, deletion take a lock
 * of their own against the background tasks); read from any thread through its published range, without a lock.
 * Refusals are Kafka's {@code ApiException}s; an {@link IOException} means that the disk failed.
 */
public final class PartitionLog implements Closeable {

    public TopicPartition topicPartition() {
        throw new UnsupportedOperationException();
    }

    public Path directory() {
        throw new UnsupportedOperationException();
    }

    public LogConfig config() {
        throw new UnsupportedOperationException();
    }

    public void updateConfig(LogConfig config) {
        throw new UnsupportedOperationException();
    }

    /**
     * Appends a producer's batches: validates them, gives them offsets from the log end on and the leader epoch, in
     * place in the given buffer.
     *
     * @throws org.apache.kafka.common.errors.ApiException what the producer is to be told; nothing was appended
     */
    public LogAppend appendAsLeader(MemoryRecords records, int leaderEpoch) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Appends batches that the coordinator on this broker wrote: control batches and the like are allowed. */
    public LogAppend appendAsCoordinator(MemoryRecords records, int leaderEpoch) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Appends batches as the leader sent them, with their offsets and epochs. */
    public LogAppend appendAsFollower(MemoryRecords records) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Finds batches from the one that holds {@code offset} on, ending before {@code endOffset}.
     *
     * @param maxBytes at most so many, but with {@code atLeastOneBatch} the first batch is whole, however large
     * @throws org.apache.kafka.common.errors.OffsetOutOfRangeException outside log start .. log end
     */
    public LogRead read(
            long offset, long endOffset, int maxBytes, boolean atLeastOneBatch, boolean withAbortedTransactions)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    public long logStartOffset() {
        throw new UnsupportedOperationException();
    }

    public long logEndOffset() {
        throw new UnsupportedOperationException();
    }

    /** Smallest offset that may belong to an open transaction, at most {@code highWatermark}. */
    public long lastStableOffset(long highWatermark) {
        throw new UnsupportedOperationException();
    }

    /** Latest leader epoch in the log, or -1. */
    public int latestEpoch() {
        throw new UnsupportedOperationException();
    }

    /** Notes that records from the log end on belong to this epoch: a new leader does so before its first append. */
    public void startEpoch(int leaderEpoch) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** End of an epoch (KIP-101, KIP-279), for OffsetForLeaderEpoch and truncation. */
    public EpochEnd endOfEpoch(int leaderEpoch) {
        throw new UnsupportedOperationException();
    }

    /** First record at or after the time whose offset is below {@code endOffset}. */
    public Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long endOffset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** The record with the largest timestamp (KIP-734), or empty in an empty log. */
    public Optional<TimestampOffset> maxTimestamp() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Cuts the log so that it ends at {@code offset}: producer state and epochs too. */
    public void truncateTo(long offset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Throws everything away; the next record has this offset. */
    public void truncateFullyAndStartAt(long offset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** DeleteRecords and the leader's log start: segments wholly below are deleted, the rest is hidden. */
    public void raiseLogStartOffset(long offset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Deletes segments by {@code retention.ms} and {@code retention.bytes}, none that reaches above the high watermark.
     *
     * @return how many segments
     */
    public int deleteExpired(long highWatermark) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Writes everything up to the log end through to the disk, and moves the recovery point there. */
    public void flush() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Everything below is known to be on disk. */
    public long recoveryPoint() {
        throw new UnsupportedOperationException();
    }

    /** Size of all segment files, in bytes. */
    public long size() {
        throw new UnsupportedOperationException();
    }

    /** Flushes, snapshots the producer state and closes the files. */
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
