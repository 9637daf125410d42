package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Appends to a log, under its {@link WriteGuard}: as a leader, which gives offsets, or as a follower, which takes what it
 * is given. Either way a batch is checked in all respects before the first byte of it is written.
 */
final class LogAppender {
    static final short UNKNOWN_TRANSACTION_VERSION = -1;

    private final TopicPartition partition;
    private final LogSettings settings;
    private final LocalLog local;
    private final ProducerStates producers;
    private final LeaderEpochs epochs;
    private final LogFlush flush;
    private final LogTruncation truncation;
    private final BatchValidation validation;

    LogAppender(
            TopicPartition partition,
            LogSettings settings,
            LocalLog local,
            ProducerStates producers,
            LeaderEpochs epochs,
            LogFlush flush,
            LogTruncation truncation) {
        this.partition = partition;
        this.settings = settings;
        this.local = local;
        this.producers = producers;
        this.epochs = epochs;
        this.flush = flush;
        this.truncation = truncation;
        this.validation = new BatchValidation(partition);
    }

    LogAppend asLeader(
            MemoryRecords records, int leaderEpoch, AppendOrigin origin, short transactionVersion, LogConfig config)
            throws IOException {
        ValidBatch batch =
                validation.check(records, origin, config, settings.time().milliseconds());
        batch.assign(local.endOffset(), leaderEpoch);
        MutableRecordBatch one = batch.batch();
        ProducerAppend producer = producers.check(List.of(one), origin, transactionVersion);
        if (producer.duplicate().isPresent()) {
            AppendedBatch original = producer.duplicate().get();
            return new LogAppend(original.firstOffset(), original.lastOffset(), original.timestampMs(), true);
        }
        write(batch.records().buffer(), one, batch.maxTimestampMs(), producer, config);
        return new LogAppend(batch.firstOffset(), batch.lastOffset(), batch.logAppendTimeMs(), false);
    }

    LogAppend asFollower(MemoryRecords records, int leaderEpoch, LogConfig config) throws IOException {
        ByteBuffer buffer = records.buffer();
        int at = buffer.position();
        int end = at + validation.checkReplicated(records, leaderEpoch);
        long logStart = local.startOffset();
        long first = -1;
        for (MutableRecordBatch batch : records.batches()) {
            if (at + batch.sizeInBytes() > end) {
                break;
            }
            makeRoomFor(batch, config);
            ProducerAppend producer =
                    producers.check(List.of(batch), AppendOrigin.REPLICATION, UNKNOWN_TRANSACTION_VERSION);
            write(buffer.slice(at, batch.sizeInBytes()), batch, batch.maxTimestamp(), producer, config);
            first = first < 0 ? batch.baseOffset() : first;
            at += batch.sizeInBytes();
        }
        // Where the log had to begin with an earlier batch, the records before its start are deleted ones all the same.
        truncation.raiseStartOffset(logStart, config);
        return new LogAppend(first, local.endOffset() - 1, -1, false);
    }

    /**
     * The leader's log may start inside a batch, by DeleteRecords: then the first batch for an empty log begins before
     * its log end, and the log is to begin with that batch.
     */
    private void makeRoomFor(MutableRecordBatch batch, LogConfig config) throws IOException {
        long end = local.endOffset();
        if (batch.baseOffset() >= end) {
            return;
        }
        if (local.startOffset() < end || batch.lastOffset() < end) {
            throw new OffsetOutOfRangeException(
                    "batch at " + batch.baseOffset() + " is below the log end " + end + " of " + partition);
        }
        truncation.truncateFullyAndStartAt(batch.baseOffset(), config);
    }

    /** One batch into the active segment; it is seen when everything that follows from it is in place. */
    private void write(
            ByteBuffer bytes, MutableRecordBatch batch, long timestampMs, ProducerAppend producer, LogConfig config)
            throws IOException {
        if (local.mustRoll(bytes.remaining(), batch.lastOffset(), timestampMs, config)) {
            roll(config);
        }
        local.append(bytes, batch.lastOffset(), timestampMs, config);
        if (batch.partitionLeaderEpoch() > epochs.latestEpoch()) {
            epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset());
        }
        for (AbortedTxn aborted : producers.commit(producer)) {
            local.segments().active().transactionIndex().append(aborted);
        }
        local.publish(batch.lastOffset());
        flush.ifManyUnflushed(config);
    }

    /** Begins a new segment at the log end, unless the active one is empty. */
    void roll(LogConfig config) throws IOException {
        if (local.segments().active().size() > 0) {
            long end = local.endOffset();
            producers.takeSnapshot(false);
            local.roll(config);
            flush.inBackground(end);
        }
    }
}
