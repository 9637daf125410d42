package dev.ahti.management;

import dev.ahti.model.PartitionId;
import dev.ahti.peer.BrokerRole;
import dev.ahti.peer.SystemActors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.pattern.Patterns;

/** {@link ClusterNodes} of the Pekko cluster: each member has the role of its broker. */
final class MembersByRole implements ClusterNodes {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Cluster cluster;

    MembersByRole(ActorSystem<?> system) {
        cluster = Cluster.get(Adapter.toClassic(system));
    }

    @Override
    public List<Member> members() {
        var unreachable = cluster.state().getUnreachable();
        return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .map(each -> new Member(
                        BrokerRole.broker(each),
                        each.address().getHost().orElse("") + ":"
                                + each.address().getPort().orElse(0),
                        each.status().toString(),
                        !unreachable.contains(each)))
                .toList();
    }

    @Override
    public CompletionStage<Map<Integer, NodeReport>> ask(boolean strays, boolean groups, List<PartitionId> sizes) {
        List<CompletableFuture<NodeReport>> asked = StreamSupport.stream(
                        cluster.state().getMembers().spliterator(), false)
                .map(each -> ask(each, strays, groups, sizes))
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(all -> {
            Map<Integer, NodeReport> answered = new TreeMap<>();
            asked.forEach(each -> {
                NodeReport report = each.join();
                if (report != null) {
                    answered.put(report.broker(), report);
                }
            });
            return answered;
        });
    }

    /** Null where no answer comes. */
    private CompletableFuture<NodeReport> ask(
            org.apache.pekko.cluster.Member member, boolean strays, boolean groups, List<PartitionId> sizes) {
        var there = cluster.system().actorSelection(SystemActors.at(member.address(), NodeReports.NAME));
        return Patterns.askWithReplyTo(
                        there,
                        replyTo -> new NodeReports.Question(strays, groups, sizes, Adapter.toTyped(replyTo)),
                        TIMEOUT)
                .handle((answer, failure) -> (NodeReport) answer)
                .toCompletableFuture();
    }
}
