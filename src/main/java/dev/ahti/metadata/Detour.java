package dev.ahti.metadata;

import dev.ahti.metadata.Members.Member;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whom a broker goes through while the singleton does not answer it: each of the others in turn (rules 3 and 23). A link
 * that is cut between the two must not keep a broker in its session that can do nothing in it. Safe from any thread.
 */
final class Detour {
    private final Members members;
    private final long patienceNanos;
    private final AtomicInteger taken = new AtomicInteger();
    private volatile long answeredNanos = System.nanoTime();

    /** @param patience for the singleton's own answer */
    Detour(Members members, Duration patience) {
        this.members = members;
        this.patienceNanos = patience.toNanos();
    }

    /** The singleton has answered. */
    void answered() {
        answeredNanos = System.nanoTime();
    }

    /** Empty where the singleton answers, or there is nobody else. */
    Optional<Member> next() {
        if (System.nanoTime() - answeredNanos < patienceNanos) {
            return Optional.empty();
        }
        List<Member> others =
                members.current().stream().filter(each -> !each.self()).toList();
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(others.get(Math.floorMod(taken.getAndIncrement(), others.size())));
    }

    /** Sends it by the next of them too, if there is one. */
    void tell(MetadataRelay.Message message) {
        next().ifPresent(to -> members.tell(to, message));
    }
}
