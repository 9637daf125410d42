package dev.ahti.peer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** The members that Pekko's split-brain resolver counts, for {@link MajorityView}. Safe from any thread. */
public final class VotingMembers implements Supplier<List<Long>> {
    private static final Set<MemberStatus> VOTING = Set.of(MemberStatus.up(), MemberStatus.leaving());

    private final Supplier<CurrentClusterState> cluster;
    private volatile Known known;

    private record Known(CurrentClusterState state, List<Long> uids) {}

    public VotingMembers(ActorSystem<?> system) {
        this(Cluster.get(system)::state);
    }

    /** @param cluster another object whenever something has changed */
    VotingMembers(Supplier<CurrentClusterState> cluster) {
        this.cluster = cluster;
        known = read(cluster.get());
    }

    @Override
    @SuppressWarnings(
            "ReferenceEquality") // To Pekko a member that is up equals the same one that joins, and so do states.
    public List<Long> get() {
        CurrentClusterState state = cluster.get();
        Known last = known;
        if (state != last.state()) {
            Known next = read(state);
            // The same list while nothing changes: reachability is of no concern here.
            last = next.uids().equals(last.uids()) ? new Known(state, last.uids()) : next;
            known = last;
        }
        return last.uids();
    }

    private static Known read(CurrentClusterState state) {
        List<Long> uids = sorted(state).stream()
                .filter(VotingMembers::votes)
                .map(VotingMembers::uid)
                .toList();
        return new Known(state, uids);
    }

    /** Whether the split-brain resolver counts it: not while it joins, and not once it is going. */
    public static boolean votes(Member member) {
        return VOTING.contains(member.status());
    }

    /** Of the process, which another at the same address does not have. */
    static long uid(Member member) {
        return member.uniqueAddress().longUid();
    }

    /** All members, whether they vote or not, by their addresses: of two halves the one with the lowest decides. */
    public static List<Member> sorted(CurrentClusterState state) {
        List<Member> members = new ArrayList<>();
        state.getMembers().forEach(members::add);
        members.sort(Comparator.comparing(Member::address, Member.addressOrdering()));
        return members;
    }
}
