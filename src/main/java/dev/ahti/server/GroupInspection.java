package dev.ahti.server;

import dev.ahti.api.groups.CommittedOffsets;
import dev.ahti.group.GroupCoordinatorHost;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.management.GroupLags;
import dev.ahti.management.NodeState;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metrics.GroupLagMetrics;
import dev.ahti.replica.LogPositions;
import org.apache.pekko.actor.typed.ActorSystem;

/** What management HTTP shows of the groups that this broker coordinates, wired. */
final class GroupInspection {
    private GroupInspection() {}

    static NodeState.Groups of(
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
        return new NodeState.Groups(broker, lags, name -> topic.leaderOf(topic.partitionFor(name)));
    }
}
