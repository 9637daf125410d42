package dev.ahti.replica;

import dev.ahti.replica.LocalReplica.AppendResult;
import dev.ahti.replica.LocalReplica.CoordinatorBatch;
import dev.ahti.replica.LocalReplica.DeleteResult;
import dev.ahti.replica.replication.FollowerStream;
import dev.ahti.replica.replication.LeaderStream;
import dev.ahti.replica.replication.ToFollower;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.slf4j.LoggerFactory;

/** What waits for a replica's turn. Each that has an answer is answered exactly once. */
sealed interface ReplicaRequest {

    void fail(Errors error);

    /** @param deadlineNanos on the scale of {@code System.nanoTime()} */
    record Append(MemoryRecords records, short acks, long deadlineNanos, Consumer<AppendResult> whenDone)
            implements ReplicaRequest {
        private static final short ALL = -1;

        boolean waitsForAll() {
            return acks == ALL;
        }

        void answer(AppendResult result) {
            ReplicaRequest.call(whenDone, result);
        }

        @Override
        public void fail(Errors error) {
            fail(error, null, List.of());
        }

        void fail(Errors error, String message, List<BatchIndexAndErrorMessage> recordErrors) {
            answer(new AppendResult(error, message, -1, -1, -1, recordErrors));
        }
    }

    record AppendByCoordinator(CoordinatorBatch batch, Consumer<Errors> whenDone) implements ReplicaRequest {

        void answer(Errors error) {
            ReplicaRequest.call(whenDone, error);
        }

        @Override
        public void fail(Errors error) {
            answer(error);
        }
    }

    /**
     * @param offset -1 for the high watermark
     * @param deadlineNanos on the scale of {@code System.nanoTime()}
     */
    record DeleteRecords(long offset, long deadlineNanos, Consumer<DeleteResult> whenDone) implements ReplicaRequest {

        void answer(DeleteResult result) {
            ReplicaRequest.call(whenDone, result);
        }

        @Override
        public void fail(Errors error) {
            answer(new DeleteResult(error, -1));
        }
    }

    /** From the broker that leads, to a follower. */
    record FromLeader(LeaderStream stream, ToFollower message) implements ReplicaRequest {
        @Override
        public void fail(Errors error) {
            stream.end();
        }
    }

    /** A follower says how far it has come, to the leader. What no leader takes, nobody waits for. */
    record Reported(FollowerStream stream) implements ReplicaRequest {
        @Override
        public void fail(Errors error) {}
    }

    /** A caller that fails on its answer must not take the replica with it. */
    private static <T> void call(Consumer<T> whenDone, T result) {
        try {
            whenDone.accept(result);
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(ReplicaRequest.class).error("an answer could not be taken: {}", result, e);
        }
    }
}
