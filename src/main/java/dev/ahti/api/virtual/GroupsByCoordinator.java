package dev.ahti.api.virtual;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.virtual.GroupRequests.OfOneGroup;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The APIs of groups for clients who see all brokers as one: each group is asked of the broker that coordinates it. */
final class GroupsByCoordinator {
    /** Members that join and sync wait for each other, as long as their group gives them. */
    private static final long SYNC_LIMIT_MS = TimeUnit.MINUTES.toMillis(10);

    private final ToIntFunction<String> slotOf;
    private final AllBrokers brokers;
    private final DeadlineTimer timer;

    GroupsByCoordinator(ToIntFunction<String> slotOf, AllBrokers brokers, DeadlineTimer timer) {
        this.slotOf = slotOf;
        this.brokers = brokers;
        this.timer = timer;
    }

    List<ApiHandler<?>> handlers() {
        return List.of(
                // Twice, it would make two members of one that has no id yet.
                handler(
                        ApiKeys.JOIN_GROUP,
                        OfOneGroup.onlyOnce(JoinGroupRequestData::groupId).within(GroupsByCoordinator::joinLimitMs)),
                handler(
                        ApiKeys.SYNC_GROUP,
                        OfOneGroup.repeatable(SyncGroupRequestData::groupId).within(request -> SYNC_LIMIT_MS)),
                handler(ApiKeys.HEARTBEAT, OfOneGroup.repeatable(HeartbeatRequestData::groupId)),
                handler(ApiKeys.LEAVE_GROUP, OfOneGroup.onlyOnce(LeaveGroupRequestData::groupId)),
                handler(
                        ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                        OfOneGroup.onlyOnce(ConsumerGroupHeartbeatRequestData::groupId)),
                // A commit that is late would set the group back behind the one that overtook it.
                handler(ApiKeys.OFFSET_COMMIT, OfOneGroup.inOrder(OffsetCommitRequestData::groupId)),
                handler(ApiKeys.OFFSET_DELETE, OfOneGroup.inOrder(OffsetDeleteRequestData::groupId)),
                handler(ApiKeys.OFFSET_FETCH, new GroupRequests.OffsetFetches()),
                handler(ApiKeys.DESCRIBE_GROUPS, new GroupRequests.Descriptions()),
                handler(ApiKeys.CONSUMER_GROUP_DESCRIBE, new GroupRequests.ConsumerGroupDescriptions()),
                handler(ApiKeys.DELETE_GROUPS, new GroupRequests.Deletions()),
                new OnAllBrokers<ListGroupsRequestData, ListGroupsResponseData>(
                        ApiKeys.LIST_GROUPS, brokers, GroupsOfAll::merge));
    }

    private <Q extends ApiMessage, R extends ApiMessage> ApiHandler<Q> handler(
            ApiKeys apiKey, GroupRequests<Q, R> requests) {
        return new ByLeader<>(apiKey, new GroupsSplit<>(slotOf, requests), brokers, timer);
    }

    private static long joinLimitMs(JoinGroupRequestData request) {
        int times = Math.max(request.rebalanceTimeoutMs(), request.sessionTimeoutMs());
        return GroupRequests.USUAL_LIMIT_MS + Math.max(0, times);
    }
}
