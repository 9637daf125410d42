package dev.ahti.group;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** For those who had rather wait until a slot is loaded than be told to ask again. Safe from any thread. */
final class SlotsInService {
    private static final CompletableFuture<Void> YES = CompletableFuture.completedFuture(null);

    /** Complete for those in service. */
    private final ConcurrentHashMap<Integer, CompletableFuture<Void>> slots = new ConcurrentHashMap<>();

    boolean has(int slot) {
        return slots.get(slot) == YES;
    }

    void entered(int slot) {
        complete(slots.put(slot, YES));
    }

    /** Whoever waits need not wait any longer. */
    void left(int slot) {
        complete(slots.remove(slot));
    }

    /** Completes, on whichever thread, when the slot enters or leaves. */
    CompletableFuture<Void> change(int slot) {
        return slots.computeIfAbsent(slot, absent -> new CompletableFuture<>()).copy();
    }

    private static void complete(CompletableFuture<Void> waiting) {
        if (waiting != null) {
            waiting.complete(null);
        }
    }
}
