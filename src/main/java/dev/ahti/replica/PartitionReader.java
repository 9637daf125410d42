package dev.ahti.replica;

import dev.ahti.log.EpochEnd;
import dev.ahti.log.LogRead;
import dev.ahti.log.PartitionLog;
import dev.ahti.replica.LocalReplica.ReadRequest;
import dev.ahti.replica.LocalReplica.ReadResult;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Reads the published range of a partition, on the caller's thread. */
final class PartitionReader {
    private final PartitionLog log;

    PartitionReader(PartitionLog log) {
        this.log = log;
    }

    ReadResult read(ReplicaState state, ReadRequest request) throws IOException {
        Errors error = check(state, request.currentLeaderEpoch());
        if (error != Errors.NONE) {
            return failed(error);
        }
        try {
            long start = log.logStartOffset();
            if (request.offset() < start || request.offset() > log.logEndOffset()) {
                return outOfRange(state, start);
            }
            FetchResponseData.EpochEndOffset diverging = divergence(request);
            return diverging == null ? readFrom(state, request, start) : diverged(state, start, diverging);
        } catch (ApiException e) {
            // Retention may have overtaken us.
            return failed(Errors.forException(e));
        }
    }

    /** The epoch first: a client that is ahead of us must wait, whoever leads. */
    private static Errors check(ReplicaState state, int believedEpoch) {
        if (state.unavailable() != Errors.NONE) {
            return state.unavailable();
        }
        int leaderEpoch = state.leadership().leaderEpoch();
        if (believedEpoch >= 0 && believedEpoch < leaderEpoch) {
            return Errors.FENCED_LEADER_EPOCH;
        }
        if (believedEpoch > leaderEpoch) {
            return Errors.UNKNOWN_LEADER_EPOCH;
        }
        return state.refusal();
    }

    private ReadResult readFrom(ReplicaState state, ReadRequest request, long start) throws IOException {
        long end = request.readCommitted() ? state.lastStableOffset() : state.highWatermark();
        if (request.offset() >= end) {
            // Also between high watermark and log end, where a client may have been before the leader changed (rule
            // 12).
            return result(state, start, new LogRead(MemoryRecords.EMPTY, List.of()), null);
        }
        LogRead read =
                log.read(request.offset(), end, request.maxBytes(), request.atLeastOneBatch(), request.readCommitted());
        return result(state, start, read, null);
    }

    /** Where the client's log leaves ours, or null (KIP-595). */
    private FetchResponseData.EpochEndOffset divergence(ReadRequest request) {
        int lastFetchedEpoch = request.lastFetchedEpoch();
        if (lastFetchedEpoch < 0) {
            return null;
        }
        EpochEnd end = log.endOfEpoch(lastFetchedEpoch);
        if (end.leaderEpoch() < 0 || end.endOffset() < 0) {
            throw Errors.OFFSET_OUT_OF_RANGE.exception("no epoch up to " + lastFetchedEpoch + " is in the log");
        }
        boolean diverges = end.leaderEpoch() < lastFetchedEpoch || end.endOffset() < request.offset();
        return diverges
                ? new FetchResponseData.EpochEndOffset()
                        .setEpoch(end.leaderEpoch())
                        .setEndOffset(end.endOffset())
                : null;
    }

    private static ReadResult diverged(ReplicaState state, long start, FetchResponseData.EpochEndOffset diverging) {
        return result(state, start, new LogRead(MemoryRecords.EMPTY, List.of()), diverging);
    }

    private static ReadResult result(
            ReplicaState state, long start, LogRead read, FetchResponseData.EpochEndOffset diverging) {
        return new ReadResult(
                Errors.NONE,
                read.records(),
                state.highWatermark(),
                state.lastStableOffset(),
                start,
                read.abortedTransactions(),
                diverging);
    }

    private static ReadResult outOfRange(ReplicaState state, long start) {
        return new ReadResult(
                Errors.OFFSET_OUT_OF_RANGE,
                MemoryRecords.EMPTY,
                state.highWatermark(),
                state.lastStableOffset(),
                start,
                List.of(),
                null);
    }

    static ReadResult failed(Errors error) {
        return new ReadResult(error, MemoryRecords.EMPTY, -1, -1, -1, List.of(), null);
    }
}
