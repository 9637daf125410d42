package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ListenerViews;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.metadata.MetadataClient;
import java.util.List;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** The handlers of this package: consumer groups, in front of Kafka's own coordinator. */
public final class GroupHandlers {
    private GroupHandlers() {}

    public static List<ApiHandler<?>> create(
            GroupCoordinator coordinator,
            OffsetsTopic topic,
            SettlingGroups settling,
            MetadataClient metadata,
            ListenerViews views) {
        return List.of(
                new FindCoordinatorHandler(topic, metadata, views),
                new JoinGroupHandler(coordinator),
                new SyncGroupHandler(coordinator),
                new HeartbeatHandler(coordinator),
                new LeaveGroupHandler(coordinator),
                new OffsetCommitHandler(coordinator, metadata),
                new OffsetFetchHandler(coordinator, metadata),
                new OffsetDeleteHandler(coordinator, metadata),
                new DescribeGroupsHandler(coordinator),
                new ListGroupsHandler(coordinator),
                new DeleteGroupsHandler(coordinator),
                new ConsumerGroupHeartbeatHandler(coordinator, settling),
                new ConsumerGroupDescribeHandler(coordinator));
    }
}
