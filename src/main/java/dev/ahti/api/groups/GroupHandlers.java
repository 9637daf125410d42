package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ListenerViews;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.metadata.MetadataClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** The handlers of this package: consumer groups, in front of Kafka's own coordinator. */
public final class GroupHandlers {
    private GroupHandlers() {}

    /** @param loaded completes when a coordinator may be asked about a group, see {@link AfterLoading} */
    public static List<ApiHandler<?>> create(
            GroupCoordinator coordinator,
            Function<String, CompletableFuture<Void>> loaded,
            OffsetsTopic topic,
            SettlingGroups settling,
            MetadataClient metadata,
            ListenerViews views) {
        return List.of(
                new FindCoordinatorHandler(topic, metadata, views),
                new AfterLoading<>(new JoinGroupHandler(coordinator), JoinGroupRequestData::groupId, loaded),
                new AfterLoading<>(new SyncGroupHandler(coordinator), SyncGroupRequestData::groupId, loaded),
                new AfterLoading<>(new HeartbeatHandler(coordinator), HeartbeatRequestData::groupId, loaded),
                new LeaveGroupHandler(coordinator),
                new AfterLoading<>(
                        new OffsetCommitHandler(coordinator, metadata), OffsetCommitRequestData::groupId, loaded),
                new AfterLoading<>(
                        new OffsetFetchHandler(coordinator, metadata), OffsetFetchHandler::firstGroup, loaded),
                new OffsetDeleteHandler(coordinator, metadata),
                new DescribeGroupsHandler(coordinator),
                new ListGroupsHandler(coordinator),
                new DeleteGroupsHandler(coordinator),
                new AfterLoading<>(
                        new ConsumerGroupHeartbeatHandler(coordinator, settling),
                        ConsumerGroupHeartbeatRequestData::groupId,
                        loaded),
                new ConsumerGroupDescribeHandler(coordinator));
    }
}
