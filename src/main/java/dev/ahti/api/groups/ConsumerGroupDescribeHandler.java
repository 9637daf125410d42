package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.AuthorizedOperations;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * ConsumerGroupDescribe, v0 and v1: groups of the new protocol (KIP-848) with their members, each group at its coordinator.
 * A classic group is GROUP_ID_NOT_FOUND, upon which clients ask with DescribeGroups.
 */
final class ConsumerGroupDescribeHandler implements ApiHandler<ConsumerGroupDescribeRequestData> {
    private final GroupCoordinator coordinator;

    ConsumerGroupDescribeHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CONSUMER_GROUP_DESCRIBE;
    }

    @Override
    public CompletionStage<ConsumerGroupDescribeResponseData> handle(
            RequestContext context, ConsumerGroupDescribeRequestData request) {
        return coordinator
                .consumerGroupDescribe(new GroupRequestContext(context), request.groupIds())
                .thenApply(groups -> new ConsumerGroupDescribeResponseData()
                        .setGroups(request.includeAuthorizedOperations() ? withOperations(groups) : groups));
    }

    private static List<DescribedGroup> withOperations(List<DescribedGroup> groups) {
        groups.stream()
                .filter(group -> group.errorCode() == Errors.NONE.code())
                .forEach(group -> group.setAuthorizedOperations(AuthorizedOperations.ALL_OF_GROUP));
        return groups;
    }
}
