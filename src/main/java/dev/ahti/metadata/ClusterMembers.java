package dev.ahti.metadata;

import dev.ahti.peer.BrokerRole;
import dev.ahti.peer.SystemActors;
import dev.ahti.peer.VotingMembers;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Subscribe;

/** {@link Members} of the Pekko cluster. Each knows its broker's id by its role. */
final class ClusterMembers implements Members {
    private final Cluster cluster;

    ClusterMembers(ActorSystem<?> system) {
        this.cluster = Cluster.get(Adapter.toClassic(system));
    }

    @Override
    public List<Member> current() {
        return VotingMembers.sorted(cluster.state()).stream().map(this::member).toList();
    }

    private Member member(org.apache.pekko.cluster.Member member) {
        return new Member(
                BrokerRole.broker(member),
                member.uniqueAddress().longUid(),
                member.uniqueAddress().equals(cluster.selfUniqueAddress()),
                VotingMembers.votes(member),
                member.status().equals(MemberStatus.down()));
    }

    @Override
    public void watch(ActorContext<MetadataSingleton.Message> singleton) {
        var listener = singleton.messageAdapter(MemberEvent.class, event -> new MetadataSingleton.MembersChanged());
        org.apache.pekko.cluster.typed.Cluster.get(singleton.getSystem())
                .subscriptions()
                .tell(Subscribe.create(listener, MemberEvent.class));
    }

    @Override
    public void tell(Member to, MetadataRelay.Message message) {
        for (org.apache.pekko.cluster.Member member : cluster.state().getMembers()) {
            if (member.uniqueAddress().longUid() == to.uid()) {
                cluster.system()
                        .actorSelection(SystemActors.at(member.address(), MetadataRelay.NAME))
                        .tell(message, ActorRef.noSender());
            }
        }
    }
}
