package dev.ahti.peer;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.pekko.event.EventStream;

/**
 * What {@link DeathWatch} tells Pekko's failure detectors about the members at addresses: proven dead, or vouched for by
 * somebody who hears them. One for each actor system.
 */
final class MemberLiveness {
    /** Pekko makes failure detectors from a class name, and gives them nothing of their system but this. */
    private static final Map<EventStream, MemberLiveness> BY_SYSTEM = Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<String, Long> deadUids = new ConcurrentHashMap<>();
    private final Map<String, Long> vouchedUntilNanos = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    MemberLiveness(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    static MemberLiveness of(EventStream system) {
        return BY_SYSTEM.computeIfAbsent(system, any -> new MemberLiveness(System::nanoTime));
    }

    /** The member with this uid is dead, whatever its heartbeats said. */
    void dead(String address, long uid) {
        deadUids.put(address, uid);
    }

    /** It is no member any more; another process may come at its address. */
    void forget(String address, long uid) {
        deadUids.remove(address, uid);
        vouchedUntilNanos.remove(address);
    }

    void vouch(String address, long untilNanos) {
        vouchedUntilNanos.merge(address, untilNanos, (one, other) -> one - other > 0 ? one : other);
    }

    boolean isDead(String address) {
        return deadUids.containsKey(address);
    }

    boolean isVouchedFor(String address) {
        Long until = vouchedUntilNanos.get(address);
        return until != null && until - nanoTime.getAsLong() > 0;
    }
}
