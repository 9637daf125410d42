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
public final class ClusterMembers implements Supplier<List<Long>> {
    private static final Set<MemberStatus> COUNTED = Set.of(MemberStatus.up(), MemberStatus.leaving());

    private final Cluster cluster;
    private volatile Known known;

    private record Known(CurrentClusterState state, List<Long> uids) {}

    public ClusterMembers(ActorSystem<?> system) {
        cluster = Cluster.get(system);
        known = read(cluster.state());
    }

    @Override
    public List<Long> get() {
        CurrentClusterState state = cluster.state();
        Known last = known;
        if (!state.equals(last.state())) {
            Known next = read(state);
            // The same list while nothing changes: reachability is of no concern here.
            last = next.uids().equals(last.uids()) ? new Known(state, last.uids()) : next;
            known = last;
        }
        return last.uids();
    }

    private static Known read(CurrentClusterState state) {
        List<Long> uids = sorted(state).stream()
                .filter(member -> COUNTED.contains(member.status()))
                .map(member -> member.uniqueAddress().longUid())
                .toList();
        return new Known(state, uids);
    }

    /** All members, by their addresses. */
    static List<Member> sorted(CurrentClusterState state) {
        List<Member> members = new ArrayList<>();
        state.getMembers().forEach(members::add);
        members.sort(Comparator.comparing(Member::address, Member.addressOrdering()));
        return members;
    }
}
