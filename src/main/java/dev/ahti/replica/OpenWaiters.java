package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Requests that came after the image showed their partition here and before its replica is open. */
final class OpenWaiters {
    private final Predicate<PartitionId> isOpen;
    private final Map<PartitionId, Set<Runnable>> waiting = new ConcurrentHashMap<>();
    private final Set<PartitionId> cannotOpen = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    OpenWaiters(Predicate<PartitionId> isOpen) {
        this.isOpen = isOpen;
    }

    /** Entered before it looks: whatever becomes known after that look wakes it. */
    Runnable add(PartitionId id, Runnable known) {
        // An object of its own: what somebody else waits with may be equal.
        Runnable entry = new Runnable() {
            @Override
            public void run() {
                known.run();
            }
        };
        waiting.compute(id, (key, before) -> {
            Set<Runnable> after = before == null ? new HashSet<>() : before;
            after.add(entry);
            return after;
        });
        if (closed || isOpen.test(id) || cannotOpen.contains(id)) {
            wake(id);
        }
        return () -> waiting.computeIfPresent(id, (key, before) -> {
            before.remove(entry);
            return before.isEmpty() ? null : before;
        });
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

    /** A set that is out of the map belongs to whoever took it out. */
    private void wake(PartitionId id) {
        Set<Runnable> woken = waiting.remove(id);
        if (woken != null) {
            woken.forEach(Runnable::run);
        }
    }
}
