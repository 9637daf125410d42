package dev.ahti.replica;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches that wait for a partition. One that registers does so first and looks at the state afterwards; the actor
 * changes the state first and looks for waiters afterwards: so no wake-up is lost between the two, without a lock.
 */
final class ReadWaiters {
    private static final Logger LOG = LoggerFactory.getLogger(ReadWaiters.class);

    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet(1);
    private final LocalReplica replica;
    private final Supplier<ReplicaState> state;

    ReadWaiters(LocalReplica replica, Supplier<ReplicaState> state) {
        this.replica = replica;
        this.state = state;
    }

    /** @return cancels the wait */
    Runnable add(long offset, Consumer<LocalReplica> wake) {
        Waiter waiter = new Waiter(offset, wake);
        waiters.add(waiter);
        ReplicaState now = state.get();
        if (now.refusal() != Errors.NONE || now.highWatermark() > offset) {
            waiter.wake();
        }
        return waiter;
    }

    /** After the state was changed: wakes whom a higher high watermark concerns. */
    void highWatermarkRaisedTo(long highWatermark) {
        if (!waiters.isEmpty()) {
            for (Waiter waiter : waiters) {
                if (highWatermark > waiter.offset) {
                    waiter.wake();
                }
            }
        }
    }

    /** After the state was changed: leadership or availability concerns everybody. */
    void wakeAll() {
        waiters.forEach(Waiter::wake);
    }

    int size() {
        return waiters.size();
    }

    /** Its value is true once it was woken or cancelled; {@link #run} cancels. */
    @SuppressWarnings("serial")
    private final class Waiter extends AtomicBoolean implements Runnable {
        private final long offset;
        private final transient Consumer<LocalReplica> wake;

        Waiter(long offset, Consumer<LocalReplica> wake) {
            this.offset = offset;
            this.wake = wake;
        }

        void wake() {
            if (leave()) {
                try {
                    wake.accept(replica);
                } catch (RuntimeException e) {
                    LOG.error("{}: a waiting fetch failed when it was woken", replica.id(), e);
                }
            }
        }

        @Override
        public void run() {
            leave();
        }

        private boolean leave() {
            if (getAndSet(true)) {
                return false;
            }
            waiters.remove(this);
            return true;
        }
    }
}
