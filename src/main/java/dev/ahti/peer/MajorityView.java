package dev.ahti.peer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Whether this node has lately seen the side that the split-brain resolver keeps (rule 16): more than half of the members,
 * itself included, or half of them with the lowest address among them. A node alone always sees itself. Safe from any
 * thread, and cheap: to be asked before each answer.
 */
public final class MajorityView {
    /** Rule 16. */
    public static final Duration WINDOW = Duration.ofSeconds(2);

    private final Supplier<List<Long>> members;
    private final long self;
    private final LastHeard lastHeard;
    private final LongSupplier nanoTime;
    private volatile Seen seen;

    /** Until when what was seen suffices, as long as the members are these. */
    private record Seen(List<Long> members, long untilNanos) {}

    /**
     * @param members uids of the members that the resolver counts, by their addresses, the lowest first; the same list while
     *     nothing changes
     * @param self uid of this node
     */
    public MajorityView(Supplier<List<Long>> members, long self, LastHeard lastHeard, LongSupplier nanoTime) {
        this.members = members;
        this.self = self;
        this.lastHeard = lastHeard;
        this.nanoTime = nanoTime;
        this.seen = new Seen(List.of(), nanoTime.getAsLong());
    }

    public boolean seesMajority() {
        List<Long> now = members.get();
        Seen last = seen;
        if (now.equals(last.members()) && last.untilNanos() - nanoTime.getAsLong() > 0) {
            return true;
        }
        long remaining = remainingNanos(now);
        seen = new Seen(now, nanoTime.getAsLong() + remaining);
        return remaining > 0;
    }

    /** Looks anew, at what {@link #seesMajority} goes by. */
    public SeenMembers members() {
        List<Long> now = members.get();
        SortedSet<Integer> vouching = new TreeSet<>();
        SortedSet<Integer> notVouching = new TreeSet<>();
        int silent = 0;
        for (long uid : now) {
            if (uid == self) {
                continue;
            }
            OptionalInt broker = lastHeard.brokerHeardWithin(WINDOW, uid);
            if (broker.isEmpty()) {
                silent++;
            } else if (remaining(uid) > 0) {
                vouching.add(broker.getAsInt());
            } else {
                notVouching.add(broker.getAsInt());
            }
        }
        return new SeenMembers(seesMajority(), now.size(), vouching, notVouching, silent);
    }

    /** For how long what has been heard suffices; 0 if it does not. */
    private long remainingNanos(List<Long> uids) {
        if (!uids.contains(self)) {
            return 0; // Not up yet, or down.
        }
        long majority = remainingOf(uids, uids.size() / 2 + 1);
        if (uids.size() % 2 != 0) {
            return majority;
        }
        long half = Math.min(remaining(uids.get(0)), remainingOf(uids, uids.size() / 2));
        return Math.max(majority, half);
    }

    /** For how long so many of them, those heard last, are seen. */
    private long remainingOf(List<Long> uids, int count) {
        List<Long> remaining = new ArrayList<>();
        uids.forEach(uid -> remaining.add(remaining(uid)));
        remaining.sort(Collections.reverseOrder());
        return remaining.get(count - 1);
    }

    private long remaining(long uid) {
        if (uid == self) {
            return WINDOW.toNanos();
        }
        OptionalLong age = lastHeard.sinceAnswered(uid);
        return age.isEmpty() ? 0 : Math.max(0, WINDOW.toNanos() - age.getAsLong());
    }
}
