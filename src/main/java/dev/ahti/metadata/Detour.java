package dev.ahti.metadata;

import dev.ahti.metadata.Members.Member;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whom a broker goes through while the singleton does not answer it: the other members (rules 3 and 23). A link
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

    /** Whose turn it is; empty where the singleton answers, or there is nobody else. */
    Optional<Member> next() {
        List<Member> others = others();
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(others.get(Math.floorMod(taken.getAndIncrement(), others.size())));
    }

    /** What is sent again and again, and so comes by the right one soon. */
    void tellNext(MetadataRelay.Message message) {
        next().ifPresent(to -> members.tell(to, message));
    }

    /** What is sent once: one of them has the singleton, which is just where it cannot be sent to. */
    void tellAll(MetadataRelay.Message message) {
        others().forEach(to -> members.tell(to, message));
    }

    private List<Member> others() {
        return System.nanoTime() - answeredNanos < patienceNanos
                ? List.of()
                : members.current().stream().filter(each -> !each.self()).toList();
    }
}
