package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * SyncGroup, v0 to v5, at the group's coordinator: the leader of a classic group brings the assignment, the others wait for
 * it. From v5 on it names protocol type and protocol (KIP-559); without them it is INCONSISTENT_GROUP_PROTOCOL.
 */
final class SyncGroupHandler implements ApiHandler<SyncGroupRequestData> {
    private static final short WITH_PROTOCOL = 5;

    private final GroupCoordinator coordinator;

    SyncGroupHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.SYNC_GROUP;
    }

    @Override
    public CompletionStage<SyncGroupResponseData> handle(RequestContext context, SyncGroupRequestData request) {
        boolean protocolNamed = request.protocolType() != null && request.protocolName() != null;
        if (context.apiVersion() >= WITH_PROTOCOL && !protocolNamed) {
            throw Errors.INCONSISTENT_GROUP_PROTOCOL.exception();
        }
        return coordinator.syncGroup(new GroupRequestContext(context), request, BufferSupplier.NO_CACHING);
    }
}
