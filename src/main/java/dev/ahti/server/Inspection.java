package dev.ahti.server;

import dev.ahti.api.groups.CommittedOffsets;
import dev.ahti.config.BrokerConfig;
import dev.ahti.group.GroupCoordinatorHost;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.log.LogDirectory;
import dev.ahti.management.GroupLags;
import dev.ahti.management.NodeState;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metrics.GroupLagMetrics;
import dev.ahti.metrics.MetadataMetrics;
import dev.ahti.metrics.RequestMetrics;
import dev.ahti.peer.MajorityView;
import dev.ahti.replica.LocalReplicas;
import dev.ahti.replica.LogPositions;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** What management HTTP shows of this broker, wired: what the parts of the broker count, and where it looks itself. */
final class Inspection {
    private final RequestMetrics requests = new RequestMetrics();
    private final MetadataMetrics metadata = new MetadataMetrics();

    RequestMetrics requests() {
        return requests;
    }

    MetadataMetrics metadata() {
        return metadata;
    }

    /** @param management its address, when it is bound */
    void show(
            ActorSystem<?> system,
            BrokerConfig config,
            LocalReplicas replicas,
            LogDirectory directory,
            MajorityView majorityView,
            CompletionStage<String> management) {
        NodeState.get(system)
                .node(new NodeState.Node(
                        config.nodeId(),
                        () -> management.toCompletableFuture().getNow(""),
                        replicas,
                        directory,
                        majorityView::members,
                        requests,
                        metadata,
                        config.booleanValue("ahti.metrics.partitions")));
    }

    /** The groups that this broker coordinates. */
    static void showGroups(
            ActorSystem<?> system,
            int broker,
            GroupCoordinatorHost groups,
            CurrentImage image,
            LogPositions.Leaders leaders) {
        CommittedOffsets committed = new CommittedOffsets(
                groups.coordinator(), system.classicSystem().dispatcher());
        GroupLags lags = new GroupLags(
                committed::all,
                image::get,
                leaders,
                new GroupLagMetrics(),
                System::nanoTime,
                System::currentTimeMillis);
        OffsetsTopic topic = groups.topic();
        NodeState.get(system)
                .groups(new NodeState.Groups(broker, lags, name -> topic.leaderOf(topic.partitionFor(name))));
    }
}
