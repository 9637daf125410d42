package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerRequest;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;

/**
 * The request that is being persisted, and those behind it: first those about brokers. Bounded, and everybody gets an
 * answer (trap 32).
 */
final class WaitingRequests {
    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int max;
    private final Deque<Waiting> aboutBrokers = new ArrayDeque<>();
    private final Deque<Waiting> others = new ArrayDeque<>();

    /** Null where none is being persisted. */
    private Request inFlight;

    private record Waiting(Request request, long since) {}

    WaitingRequests(int max) {
        this.max = max;
    }

    /** False if there is no room. */
    boolean add(Request request) {
        Deque<Waiting> queue = request instanceof BrokerRequest ? aboutBrokers : others;
        return queue.size() < max && queue.offerLast(new Waiting(request, System.nanoTime()));
    }

    /** Whether the same is here already: said at every tick, it would fill the queue while the database is away. */
    boolean contains(DeclareDead dead) {
        return dead.isAbout(inFlight) || aboutBrokers.stream().anyMatch(each -> dead.isAbout(each.request()));
    }

    /**
     * The next one, to be persisted now; empty where there is none, or another one still is.
     *
     * @param open whether others than those about brokers may be taken (rule 7)
     */
    Optional<Request> next(boolean open) {
        if (inFlight != null) {
            return Optional.empty();
        }
        Waiting next = aboutBrokers.pollFirst();
        if (next == null && open) {
            next = others.pollFirst();
        }
        inFlight = next == null ? null : next.request();
        return Optional.ofNullable(inFlight);
    }

    /** The one that was being persisted. */
    Request stored() {
        Request done = inFlight;
        inFlight = null;
        return done;
    }

    /** What was being persisted has failed. */
    void failed(int epoch) {
        if (inFlight != null) {
            stored().refuse(
                            epoch,
                            Errors.REQUEST_TIMED_OUT,
                            "the metadata database failed; whether it has stored the change is unknown");
        }
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
