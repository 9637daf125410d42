package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.model.PartitionId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * This node's replica of a partition as API handlers see it: what may be done from any thread. Behind it are the
 * {@code PartitionReplica} actor, which alone writes, and its log, which anybody may read.
 */
public interface LocalReplica {

    PartitionId id();

    PartitionLog log();

    /** As of now; a handler reads it once and works with that. */
    Leadership leadership();

    /** The log ends that connected followers have reported, by broker, in the epoch that this replica leads in; else empty. */
    default Map<Integer, Long> followerLogEnds() {
        return Map.of();
    }

    /**
     * Appends through the actor. {@code whenDone} is called once, on any thread: after the local append for acks 0 and
     * 1, from the high watermark for acks -1, or with an error.
     *
     * @param deadlineNanos {@code System.nanoTime()} after which acks -1 is answered with REQUEST_TIMED_OUT
     */
    void append(MemoryRecords records, short acks, long deadlineNanos, Consumer<AppendResult> whenDone);

    /**
     * Appends what a coordinator on this broker wrote, through the actor: at the offset and in the epoch that it expects, or
     * not at all. So what was sent after a batch that failed fails too. {@code whenDone} is called once, on any thread, after
     * the local append or with an error; when it is replicated the high watermark says.
     */
    void appendAsCoordinator(CoordinatorBatch batch, Consumer<Errors> whenDone);

    /** Reads the published range: log start to high watermark, or last stable offset for READ_COMMITTED. */
    ReadResult read(ReadRequest request) throws IOException;

    /**
     * Calls {@code wake} once, on any thread, when something that a waiting fetch cares about changes: the high
     * watermark passes {@code offset}, or the replica's leadership changes. At once if it already has.
     *
     * @return cancels the wait; does nothing after the call
     */
    Runnable onReadable(long offset, Consumer<LocalReplica> wake);

    /**
     * DeleteRecords: {@code offset} -1 is the high watermark. Called back when the log start of every live replica has
     * reached it, with the smallest of them (the low watermark), or with REQUEST_TIMED_OUT after the deadline: the leader
     * has deleted the records then all the same.
     */
    void deleteRecords(long offset, long deadlineNanos, Consumer<DeleteResult> whenDone);

    /** @param leader -1 where there is none; {@code leading} is true while this replica leads in that epoch */
    record Leadership(int leader, int leaderEpoch, boolean leading, long highWatermark, long epochStartOffset) {}

    /**
     * @param records one batch, which nobody else changes any more
     * @param baseOffset the log end that the coordinator knows
     * @param transactionVersion of the transaction that a marker ends, or -1 for anything else
     */
    record CoordinatorBatch(MemoryRecords records, int leaderEpoch, long baseOffset, short transactionVersion) {}

    /** @param baseOffset -1 with an error */
    record AppendResult(
            Errors error,
            String message,
            long baseOffset,
            long logAppendTimeMs,
            long logStartOffset,
            List<BatchIndexAndErrorMessage> recordErrors) {}

    /**
     * @param currentLeaderEpoch what the client believes, or -1: older is FENCED_LEADER_EPOCH, newer UNKNOWN_LEADER_EPOCH
     * @param lastFetchedEpoch epoch of the last record that the client has, or -1 (KIP-595 divergence)
     */
    record ReadRequest(
            long offset,
            int maxBytes,
            boolean atLeastOneBatch,
            int currentLeaderEpoch,
            int lastFetchedEpoch,
            boolean readCommitted) {}

    /** @param diverging null unless the client's log diverges from this one */
    record ReadResult(
            Errors error,
            BaseRecords records,
            long highWatermark,
            long lastStableOffset,
            long logStartOffset,
            List<FetchResponseData.AbortedTransaction> abortedTransactions,
            FetchResponseData.EpochEndOffset diverging) {}

    record DeleteResult(Errors error, long lowWatermark) {}
}
