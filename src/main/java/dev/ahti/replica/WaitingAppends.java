package dev.ahti.replica;

import dev.ahti.replica.LocalReplica.AppendResult;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.apache.kafka.common.protocol.Errors;

/** Appended batches whose answer waits until an offset has come far enough. Used by the replica's actor alone. */
final class WaitingAppends {
    static final long NO_DEADLINE = Long.MAX_VALUE;

    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparingLong(Waiting::endOffset));

    /** @param endOffset what must be reached: one after the batch's last record */
    void add(long endOffset, ReplicaRequest.Append request, AppendResult success) {
        waiting.add(new Waiting(endOffset, request, success));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void answerUpTo(long offset) {
        while (!waiting.isEmpty() && waiting.peek().endOffset() <= offset) {
            Waiting reached = waiting.poll();
            reached.request().answer(reached.success());
        }
    }

    void failAll(Errors error) {
        Waiting one;
        while ((one = waiting.poll()) != null) {
            one.request().fail(error);
        }
    }

    /** Answers REQUEST_TIMED_OUT to those whose time is up. The records stay: the outcome is unknown to the producer. */
    void expire(long nowNanos) {
        waiting.removeIf(one -> {
            boolean late = one.request().deadlineNanos() - nowNanos <= 0;
            if (late) {
                one.request().fail(Errors.REQUEST_TIMED_OUT);
            }
            return late;
        });
    }

    /** Nanoseconds until the first one's time is up, or {@link #NO_DEADLINE}. */
    long nanosToFirstDeadline(long nowNanos) {
        long first = NO_DEADLINE;
        for (Waiting one : waiting) {
            first = Math.min(first, one.request().deadlineNanos() - nowNanos);
        }
        return first;
    }

    private record Waiting(long endOffset, ReplicaRequest.Append request, AppendResult success) {}
}
