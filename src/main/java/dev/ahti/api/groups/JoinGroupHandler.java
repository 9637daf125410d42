package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * JoinGroup, v0 to v9, at the group's coordinator: a member of a classic group, of any protocol type, waits here until the
 * group is complete. Static members (KIP-345) from v5 on.
 */
final class JoinGroupHandler implements ApiHandler<JoinGroupRequestData> {
    private final GroupCoordinator coordinator;

    JoinGroupHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.JOIN_GROUP;
    }

    @Override
    public CompletionStage<JoinGroupResponseData> handle(RequestContext context, JoinGroupRequestData request) {
        JoinGroupRequestData asked = request;
        if (context.apiVersion() == 0) {
            // It has one time for both.
            asked = request.duplicate().setRebalanceTimeoutMs(request.sessionTimeoutMs());
        }
        return coordinator
                .joinGroup(new GroupRequestContext(context), asked, BufferSupplier.NO_CACHING)
                // Null or empty where there is no protocol, as the version has it.
                .thenApply(response -> new JoinGroupResponse(response, context.apiVersion()).data());
    }
}
