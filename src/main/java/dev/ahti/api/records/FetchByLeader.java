package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.virtual.AllBrokers;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Fetch at any broker: the session is here, where the client is connected, and each leader is asked for its own partitions
 * outside any session.
 */
final class FetchByLeader implements ApiHandler<FetchRequestData> {
    private final FetchHandler local;
    private final FetchSessions sessions;
    private final int maxBytes;
    private final AllBrokers brokers;
    private final FetchMemory memory;
    private final DeadlineTimer timer;

    FetchByLeader(
            FetchHandler local,
            FetchSessions sessions,
            int maxBytes,
            AllBrokers brokers,
            FetchMemory memory,
            DeadlineTimer timer) {
        this.local = local;
        this.sessions = sessions;
        this.maxBytes = maxBytes;
        this.brokers = brokers;
        this.memory = memory;
        this.timer = timer;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FETCH;
    }

    @Override
    public CompletionStage<FetchResponseData> handle(RequestContext context, FetchRequestData request) {
        if (FetchRequest.replicaId(request) >= 0) {
            return local.handle(context, request);
        }
        FetchContext fetch = sessions.open(request, context.apiVersion());
        return new MergedFetch(
                        brokers, memory, timer, context, fetch, request, FetchLimits.of(context, request, maxBytes))
                .begin();
    }
}
