package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.AuthorizedOperations;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * DescribeGroups, v0 to v6: classic groups with their members, each group at its coordinator. A group that does not exist
 * is described as dead, from v6 on as GROUP_ID_NOT_FOUND (KIP-1043).
 */
final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequestData> {
    private final GroupCoordinator coordinator;

    DescribeGroupsHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_GROUPS;
    }

    @Override
    public CompletionStage<DescribeGroupsResponseData> handle(
            RequestContext context, DescribeGroupsRequestData request) {
        return coordinator
                .describeGroups(new GroupRequestContext(context), request.groups())
                .thenApply(groups -> new DescribeGroupsResponseData()
                        .setGroups(request.includeAuthorizedOperations() ? withOperations(groups) : groups));
    }

    private static List<DescribedGroup> withOperations(List<DescribedGroup> groups) {
        groups.stream()
                .filter(group -> group.errorCode() == Errors.NONE.code())
                .forEach(group -> group.setAuthorizedOperations(AuthorizedOperations.ALL_OF_GROUP));
        return groups;
    }
}
