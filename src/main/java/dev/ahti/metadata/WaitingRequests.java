package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerRequest;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;

/**
 * Requests behind the one that is being persisted: those about brokers first. Bounded, and everybody gets an answer
 * (trap 32).
 */
final class WaitingRequests {
    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int max;
    private final Deque<Waiting> aboutBrokers = new ArrayDeque<>();
    private final Deque<Waiting> others = new ArrayDeque<>();

    private record Waiting(Request request, long since) {}

    WaitingRequests(int max) {
        this.max = max;
    }

    /** False if there is no room. */
    boolean add(Request request) {
        Deque<Waiting> queue = request instanceof BrokerRequest ? aboutBrokers : others;
        return queue.size() < max && queue.offerLast(new Waiting(request, System.nanoTime()));
    }

    /** Whether the same is waiting already: said at every tick, it would fill the queue while the database is away. */
    boolean contains(DeclareDead dead) {
        return aboutBrokers.stream().anyMatch(each -> dead.isAbout(each.request()));
    }

    /**
     * The next one, or null.
     *
     * @param open whether others than those about brokers may be taken (rule 7)
     */
    Request poll(boolean open) {
        Waiting next = aboutBrokers.pollFirst();
        if (next == null && open) {
            next = others.pollFirst();
        }
        return next == null ? null : next.request();
    }

    /** Nobody waits for an answer any more after this long. */
    void refuseOld(long now, int epoch) {
        refuse(now - MAX_AGE_NANOS, epoch, "the metadata database was away; nothing was changed");
    }

    void refuseAll(int epoch, String message) {
        refuse(System.nanoTime(), epoch, message);
    }

    private void refuse(long olderThan, int epoch, String message) {
        for (Deque<Waiting> queue : List.of(aboutBrokers, others)) {
            while (!queue.isEmpty() && queue.peekFirst().since() - olderThan <= 0) {
                queue.pollFirst().request().refuse(epoch, Errors.REQUEST_TIMED_OUT, message);
            }
        }
    }
}
