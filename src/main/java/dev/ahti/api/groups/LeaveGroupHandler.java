package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * LeaveGroup, v0 to v5, at the group's coordinator: members leave, or are sent away by an administrator. One of them up to
 * v2, several from v3 on, each with an answer of its own.
 */
final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequestData> {
    private static final short WITH_SEVERAL = 3;

    private final GroupCoordinator coordinator;

    LeaveGroupHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LEAVE_GROUP;
    }

    @Override
    public CompletionStage<LeaveGroupResponseData> handle(RequestContext context, LeaveGroupRequestData request) {
        LeaveGroupRequestData asked = context.apiVersion() >= WITH_SEVERAL
                ? request
                : new LeaveGroupRequestData()
                        .setGroupId(request.groupId())
                        .setMembers(List.of(new MemberIdentity().setMemberId(request.memberId())));
        return coordinator
                .leaveGroup(new GroupRequestContext(context), asked)
                .thenApply(response -> new LeaveGroupResponse(response, context.apiVersion()).data());
    }
}
