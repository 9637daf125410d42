package dev.ahti.replica;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.protocol.Errors;

/**
 * Requests on their way to a replica's actor. Not its mailbox, for two reasons: whatever waits is taken in one go, and
 * what comes too late is answered rather than lost as a dead letter.
 */
final class RequestQueue {
    private final ConcurrentLinkedQueue<ReplicaRequest> requests = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean announced = new AtomicBoolean();
    private final Runnable announce;
    private volatile Errors closedWith;

    /** @param announce tells the actor that there is something to take */
    RequestQueue(Runnable announce) {
        this.announce = announce;
    }

    void add(ReplicaRequest request) {
        requests.add(request);
        // Looked at after adding: either we see that it is closed, or whoever closes it sees the request.
        Errors closed = closedWith;
        if (closed != null) {
            failAll(closed);
        } else {
            announceOnce();
        }
    }

    private void announceOnce() {
        if (!announced.getAndSet(true)) {
            announce.run();
        }
    }

    /** To be called before taking: what is added from now on is announced again. */
    void beginTaking() {
        announced.set(false);
    }

    /** The next request, or null. */
    ReplicaRequest take() {
        return requests.poll();
    }

    /** Announces what was left, for a taker that gives way to others. */
    void endTaking() {
        if (!requests.isEmpty()) {
            announceOnce();
        }
    }

    /** Whatever waits now or comes later is answered with this. */
    void close(Errors error) {
        closedWith = error;
        failAll(error);
    }

    private void failAll(Errors error) {
        ReplicaRequest request;
        while ((request = requests.poll()) != null) {
            request.fail(error);
        }
    }
}
