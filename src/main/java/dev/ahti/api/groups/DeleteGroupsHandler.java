package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * DeleteGroups, v0 to v2: groups without members and all their offsets, each group at its coordinator. One that is named
 * twice is deleted, and answered, once.
 */
final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequestData> {
    private final GroupCoordinator coordinator;

    DeleteGroupsHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_GROUPS;
    }

    @Override
    public CompletionStage<DeleteGroupsResponseData> handle(RequestContext context, DeleteGroupsRequestData request) {
        List<String> groups = request.groupsNames().stream().distinct().toList();
        return coordinator
                .deleteGroups(new GroupRequestContext(context), groups, BufferSupplier.NO_CACHING)
                .thenApply(results -> new DeleteGroupsResponseData().setResults(results));
    }
}
