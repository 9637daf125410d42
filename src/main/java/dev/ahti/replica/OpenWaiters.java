package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/**
 * Requests that came after the image showed their partition here and before its replica is open. They go on in the order
 * in which they came, and until the last has, {@link #isAwaited} sends whoever comes behind them: a producer's requests
 * stay in their order.
 */
final class OpenWaiters {
    private final Predicate<PartitionId> isOpen;
    private final Map<PartitionId, Waiting> waiting = new ConcurrentHashMap<>();
    private final Set<PartitionId> cannotOpen = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    OpenWaiters(Predicate<PartitionId> isOpen) {
        this.isOpen = isOpen;
    }

    /** Entered before it looks: whatever becomes known after that look wakes it. */
    Runnable add(PartitionId id, Runnable known) {
        Waiter waiter = new Waiter(known);
        Waiting all = waiting.compute(id, (key, before) -> {
            Waiting after = before == null ? new Waiting(id) : before;
            after.waiters.add(waiter);
            return after;
        });
        if (closed || isOpen.test(id) || cannotOpen.contains(id)) {
            all.wake();
        }
        return () -> all.wake(waiter);
    }

    boolean isAwaited(PartitionId id) {
        return waiting.containsKey(id);
    }

    void opened(PartitionId id) {
        cannotOpen.remove(id);
        wake(id);
    }

    void cannotOpen(PartitionId id) {
        cannotOpen.add(id);
        wake(id);
    }

    void close() {
        closed = true;
        waiting.keySet().forEach(this::wake);
    }

    private void wake(PartitionId id) {
        Waiting all = waiting.get(id);
        if (all != null) {
            all.wake();
        }
    }

    /** Compared by identity: two requests may wait with equal actions. */
    private static final class Waiter {
        private final Runnable known;

        Waiter(Runnable known) {
            this.known = known;
        }
    }

    /** Those of one partition. It stays in the map until the last of them has gone on. */
    private final class Waiting {
        private final PartitionId id;
        private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();

        Waiting(PartitionId id) {
            this.id = id;
        }

        synchronized void wake() {
            for (Waiter next = waiters.poll(); next != null; next = waiters.poll()) {
                next.known.run();
            }
            leave();
        }

        /** Whoever waits no longer. */
        synchronized void wake(Waiter waiter) {
            if (waiters.remove(waiter)) {
                waiter.known.run();
                leave();
            }
        }

        private void leave() {
            waiting.computeIfPresent(id, (key, now) -> now == this && waiters.isEmpty() ? null : now);
        }
    }
}
