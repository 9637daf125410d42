package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ListenerViews;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.metadata.MetadataClient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** The handlers of this package: consumer groups, in front of Kafka's own coordinator. */
public final class GroupHandlers {
    private GroupHandlers() {}

    /** @param seesMajority false while this broker may be cut off from the others */
    public static List<ApiHandler<?>> create(
            GroupCoordinator coordinator,
            OffsetsTopic topic,
            MetadataClient metadata,
            ListenerViews views,
            BooleanSupplier seesMajority) {
        List<ApiHandler<?>> all = new ArrayList<>();
        all.add(new FindCoordinatorHandler(topic, metadata, views));
        // It names no group: clients ask another broker, or this one later.
        all.add(new UnlessCutOff<>(new ListGroupsHandler(coordinator), seesMajority, Errors.COORDINATOR_NOT_AVAILABLE));
        List.of(
                        new JoinGroupHandler(coordinator),
                        new SyncGroupHandler(coordinator),
                        new HeartbeatHandler(coordinator),
                        new LeaveGroupHandler(coordinator),
                        new OffsetCommitHandler(coordinator, metadata),
                        new OffsetFetchHandler(coordinator, metadata),
                        new OffsetDeleteHandler(coordinator, metadata),
                        new DescribeGroupsHandler(coordinator),
                        new DeleteGroupsHandler(coordinator),
                        new ConsumerGroupHeartbeatHandler(coordinator),
                        new ConsumerGroupDescribeHandler(coordinator))
                .forEach(handler -> all.add(new UnlessCutOff<>(handler, seesMajority, Errors.NOT_COORDINATOR)));
        return all;
    }
}
