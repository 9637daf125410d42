package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * ConsumerGroupHeartbeat, v0 and v1, at the group's coordinator (KIP-848): a member joins, says what it subscribes to and what
 * it has, hears what it is to have, and when to come back, and leaves. From v1 on it makes up its own id, and may subscribe
 * to a regular expression.
 */
final class ConsumerGroupHeartbeatHandler implements ApiHandler<ConsumerGroupHeartbeatRequestData> {
    private final GroupCoordinator coordinator;
    private final SettlingGroups settling;

    ConsumerGroupHeartbeatHandler(GroupCoordinator coordinator, SettlingGroups settling) {
        this.coordinator = coordinator;
        this.settling = settling;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CONSUMER_GROUP_HEARTBEAT;
    }

    @Override
    public CompletionStage<ConsumerGroupHeartbeatResponseData> handle(
            RequestContext context, ConsumerGroupHeartbeatRequestData request) {
        return coordinator
                .consumerGroupHeartbeat(new GroupRequestContext(context), request)
                .thenApply(answer -> {
                    settling.answered(request, answer);
                    return answer;
                });
    }
}
