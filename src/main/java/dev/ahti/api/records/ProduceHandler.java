package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Produce, versions 3 to 13 (by topic id from 13 on), at the partition's leader: elsewhere NOT_LEADER_OR_FOLLOWER, with
 * the leader and its address from 10 on (KIP-951). acks 1 is answered after the local append, acks -1 from the high
 * watermark, acks 0 not at all, and by closing the connection where a partition was refused.
 *
 * <p>Records stay in the request's buffer, where the log gives them their offsets. Left out: transactions (a
 * transactional id or batch is INVALID_TXN_STATE), client quotas, and Kafka's leave for its admin client to write to
 * internal topics.
 */
public final class ProduceHandler implements ApiHandler<ProduceRequestData> {
    private final Routing routing;

    ProduceHandler(Routing routing) {
        this.routing = routing;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.PRODUCE;
    }

    @Override
    public CompletionStage<ProduceResponseData> handle(RequestContext context, ProduceRequestData request) {
        return new PendingProduce(routing, context, request).append();
    }
}
