package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * ListGroups, v0 to v5: the groups whose coordinator this broker is, of any kind, by state (from v4 on, KIP-518) and type (v5).
 * As in Kafka clients ask every broker; at a virtual listener one answer has the groups of all. A broker that may be cut off
 * is COORDINATOR_NOT_AVAILABLE: NOT_COORDINATOR would send nobody anywhere, where no group is named.
 */
final class ListGroupsHandler implements ApiHandler<ListGroupsRequestData> {
    private final GroupCoordinator coordinator;

    ListGroupsHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_GROUPS;
    }

    @Override
    public CompletionStage<ListGroupsResponseData> handle(RequestContext context, ListGroupsRequestData request) {
        return coordinator
                .listGroups(new GroupRequestContext(context), request)
                .exceptionally(ListGroupsHandler::refused);
    }

    private static ListGroupsResponseData refused(Throwable failure) {
        Errors error = Errors.forException(Errors.maybeUnwrapException(failure));
        if (error != Errors.NOT_COORDINATOR) {
            throw new CompletionException(failure);
        }
        return new ListGroupsResponseData().setErrorCode(Errors.COORDINATOR_NOT_AVAILABLE.code());
    }
}
