package dev.ahti.peer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/**
 * Has Pekko remove the members that are dead. The member with the lowest address downs them, and all ask Pekko to take each
 * step at once: mark them as unreachable, tell the others, and as the leader remove them when all have heard.
 */
final class Removal {
    /** After which whoever should have downed the dead member is taken to be dead as well. */
    private static final Duration DOWN_LIMIT = Duration.ofSeconds(1);
    /** What takes longer is for Pekko's own ticks. */
    private static final Duration HURRY_LIMIT = Duration.ofSeconds(2);

    private final Cluster cluster;
    private final ClusterTicks ticks;

    Removal(ActorSystem<?> system) {
        cluster = Cluster.get(system);
        ticks = new ClusterTicks(system);
    }

    /**
     * @param deaths by uid
     * @param members by their addresses
     * @return whether there is more to do, and soon
     */
    boolean goOn(Map<Long, Death> deaths, List<Member> members) {
        boolean hurry = false;
        for (Member member : members) {
            Death death = deaths.get(VotingMembers.uid(member));
            if (death != null) {
                long provenFor = System.nanoTime() - death.provenNanos;
                down(member, provenFor > DOWN_LIMIT.toNanos() || isLowestLive(deaths, members));
                hurry |= provenFor < HURRY_LIMIT.toNanos();
            }
        }
        if (hurry) {
            ticks.lookForUnreachable();
            ticks.gossip();
            ticks.leaderActions();
        }
        return hurry;
    }

    private void down(Member member, boolean isOurs) {
        if (isOurs && !member.status().equals(MemberStatus.down())) {
            cluster.down(member.address());
        }
    }

    private boolean isLowestLive(Map<Long, Death> deaths, List<Member> members) {
        return members.stream()
                .filter(member -> !deaths.containsKey(VotingMembers.uid(member)) && VotingMembers.votes(member))
                .findFirst()
                .filter(lowest ->
                        VotingMembers.uid(lowest) == cluster.selfUniqueAddress().longUid())
                .isPresent();
    }
}
