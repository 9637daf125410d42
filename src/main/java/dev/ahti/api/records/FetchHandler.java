package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Fetch, versions 4 to 18 (sessions from 7 on, by topic id from 13 on), at the partition's leader: elsewhere
 * NOT_LEADER_OR_FOLLOWER, with the leader and its address from 16 on (KIP-951). Records are slices of segment files, read
 * only when they are sent.
 *
 * <p>Left out: fetches by replicas, which is not how our followers replicate (a replica id is answered like one that is not
 * assigned, NOT_LEADER_OR_FOLLOWER), the
 * preferred read replica (KIP-392), tiered storage, client quotas.
 */
public final class FetchHandler implements ApiHandler<FetchRequestData> {
    private final Routing routing;
    private final FetchSessions sessions;
    private final int maxBytes;
    private final DeadlineTimer timer;
    private final Executor executor;

    /**
     * @param maxBytes {@code fetch.max.bytes}
     * @param executor runs fetches that were woken: they look into indexes and batch headers
     */
    FetchHandler(Routing routing, FetchSessions sessions, int maxBytes, DeadlineTimer timer, Executor executor) {
        this.routing = routing;
        this.sessions = sessions;
        this.maxBytes = maxBytes;
        this.timer = timer;
        this.executor = executor;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FETCH;
    }

    @Override
    public CompletionStage<FetchResponseData> handle(RequestContext context, FetchRequestData request) {
        if (FetchRequest.replicaId(request) >= 0) {
            return CompletableFuture.completedFuture(notAReplica(request, context.apiVersion()));
        }
        FetchContext fetch = sessions.open(request, context.apiVersion());
        FetchLimits limits = FetchLimits.of(context, request, maxBytes);
        return new PendingFetch(routing, context, fetch, limits, timer, executor).begin();
    }

    private static FetchResponseData notAReplica(FetchRequestData request, short version) {
        List<PartitionFetch> partitions = FetchSessions.fetches(request, FetchSessions.isByTopicId(version));
        PartitionData[] refused = partitions.stream()
                .map(partition -> FetchAnswers.failed(partition.partition(), Errors.NOT_LEADER_OR_FOLLOWER))
                .toArray(PartitionData[]::new);
        return new FetchContext.Sessionless(partitions).answer(refused);
    }
}
