package dev.ahti.peer;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Who has found whom gone, and whether it suffices (rule 4): more than half of the members, the dead one counted. So in a
 * cluster of two nothing is ever proven, and one side of a cut proves nothing of the other unless it is the larger one.
 */
final class Votes {
    /** What a member has said is forgotten when it has said nothing for so long. */
    private static final Duration VALID = Duration.ofSeconds(5);

    private final LongSupplier nanoTime;
    private final Map<Long, Ballot> byVoter = new HashMap<>();

    private record Ballot(Map<Long, PeerIdentity> gone, long nanos) {}

    Votes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** All that this voter has found gone, instead of what it said before. */
    void cast(long voter, List<PeerIdentity> gone) {
        Map<Long, PeerIdentity> byUid = new HashMap<>();
        gone.forEach(process -> byUid.put(process.uid(), process));
        byVoter.put(voter, new Ballot(byUid, nanoTime.getAsLong()));
    }

    /** The process, if it is a member and enough members have found it gone. */
    Optional<PeerIdentity> proven(long uid, Set<Long> members) {
        long now = nanoTime.getAsLong();
        byVoter.values().removeIf(ballot -> now - ballot.nanos() > VALID.toNanos());
        List<PeerIdentity> found = byVoter.entrySet().stream()
                .filter(vote -> members.contains(vote.getKey()) && vote.getKey() != uid)
                .map(vote -> vote.getValue().gone().get(uid))
                .filter(process -> process != null)
                .toList();
        return members.contains(uid) && found.size() * 2 > members.size()
                ? Optional.of(found.get(0))
                : Optional.empty();
    }
}
