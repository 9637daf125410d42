package dev.ahti.api.records;

import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.virtual.AllBrokers;
import dev.ahti.api.virtual.Leaders;
import dev.ahti.api.virtual.Part;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * One fetch of a client from several leaders. Each waits for all the bytes that the client wants at least; the first that
 * has them, or an error, or no more time, ends the wait of the others, which answer with what they have. So a wait ends
 * late, at its time, where several leaders have enough only together.
 *
 * <p>What a client takes at most is shared among the leaders. Each may answer with one batch beyond its share; of the merged
 * answer only the first batch may, as the client expects (KIP-74), and what does not fit is read again the next time.
 */
final class MergedFetch {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final AllBrokers brokers;
    private final FetchMemory memory;
    private final DeadlineTimer timer;
    private final RequestContext context;
    private final FetchContext fetch;
    private final FetchRequestData request;
    private final FetchLimits limits;
    private final boolean byTopicId;
    private final CompletableFuture<Void> endWait = new CompletableFuture<>();
    private final Map<PartitionFetch.Key, PartitionData> found = new ConcurrentHashMap<>();
    private final AtomicInteger heldBytes = new AtomicInteger();

    MergedFetch(
            AllBrokers brokers,
            FetchMemory memory,
            DeadlineTimer timer,
            RequestContext context,
            FetchContext fetch,
            FetchRequestData request,
            FetchLimits limits) {
        this.brokers = brokers;
        this.memory = memory;
        this.timer = timer;
        this.context = context.withEndWait(endWait);
        this.fetch = fetch;
        this.request = request;
        this.limits = limits;
        this.byTopicId = FetchSessions.isByTopicId(context.apiVersion());
    }

    CompletionStage<FetchResponseData> begin() {
        return read(fetch.partitions(), limits.maxBytes()).thenApply(all -> answer());
    }

    private CompletableFuture<Void> read(List<PartitionFetch> partitions, int maxBytes) {
        Leaders leaders = brokers.leaders();
        Map<Integer, List<PartitionFetch>> byLeader = new LinkedHashMap<>();
        for (PartitionFetch each : partitions) {
            TopicImage topic = each.topic() == null ? leaders.topic(each.topicId()) : leaders.topic(each.topic());
            byLeader.computeIfAbsent(leaders.of(topic, each.partition()), broker -> new ArrayList<>())
                    .add(each);
        }
        List<CompletableFuture<Void>> parts = new ArrayList<>(byLeader.size());
        byLeader.forEach((broker, own) -> parts.add(ask(broker, own, maxBytes / byLeader.size(), leaders)));
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> ask(int broker, List<PartitionFetch> partitions, int share, Leaders leaders) {
        if (broker == Leaders.NOBODY) {
            return again(partitions, share);
        }
        boolean here = broker == brokers.self();
        int maxBytes = here ? share : memory.begin(share);
        FetchRequestData part = FetchParts.request(request, partitions, byTopicId, maxBytes);
        return brokers.ask(broker, new Part(context, part, leaders.expectedOf(broker), limits.deadlineNanos()))
                .handle((message, failure) -> {
                    FetchResponseData answer = failure == null ? (FetchResponseData) message : null;
                    if (!here) {
                        hold(answer == null ? 0 : FetchParts.bytes(answer));
                    }
                    return answer == null || answer.errorCode() != Errors.NONE.code()
                            ? again(partitions, share)
                            : take(answer);
                })
                .thenCompose(Function.identity())
                .toCompletableFuture();
    }

    private void hold(int bytes) {
        memory.ended(bytes);
        heldBytes.addAndGet(bytes);
    }

    private CompletableFuture<Void> take(FetchResponseData answer) {
        for (FetchableTopicResponse topic : answer.responses()) {
            for (PartitionData each : topic.partitions()) {
                // The client knows one broker: hints at another would mislead it.
                each.setCurrentLeader(new LeaderIdAndEpoch());
                Object name = byTopicId ? topic.topicId() : topic.topic();
                found.put(new PartitionFetch.Key(name, each.partitionIndex()), each);
            }
        }
        endWait.complete(null);
        return CompletableFuture.completedFuture(null);
    }

    /** Reading does no harm: it is tried until the client's wait is over, or others have something for it. */
    private CompletableFuture<Void> again(List<PartitionFetch> partitions, int share) {
        if (endWait.isDone() || limits.deadlineNanos() - System.nanoTime() <= PAUSE_NANOS) {
            for (PartitionFetch each : partitions) {
                found.put(each.key(), FetchAnswers.failed(each.partition(), Errors.NOT_LEADER_OR_FOLLOWER));
            }
            endWait.complete(null);
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> later = new CompletableFuture<>();
        timer.after(PAUSE_NANOS, () -> read(partitions, share).whenComplete((done, failure) -> {
            if (failure == null) {
                later.complete(null);
            } else {
                later.completeExceptionally(failure);
            }
        }));
        return later;
    }

    private FetchResponseData answer() {
        List<PartitionFetch> partitions = fetch.partitions();
        PartitionData[] results = new PartitionData[partitions.size()];
        int left = limits.maxBytes();
        boolean empty = true;
        for (int i = 0; i < results.length; i++) {
            PartitionFetch one = partitions.get(i);
            PartitionData result = found.get(one.key());
            results[i] = result == null ? FetchAnswers.failed(one.partition(), Errors.UNKNOWN_SERVER_ERROR) : result;
            int bytes = results[i].records() == null ? 0 : results[i].records().sizeInBytes();
            if (bytes == 0 || (bytes > left && !empty)) {
                results[i].setRecords(MemoryRecords.EMPTY);
            } else {
                left -= bytes;
                empty = false;
            }
        }
        FetchResponseData response = fetch.answer(results);
        int held = heldBytes.get();
        return held == 0 ? response : new HeldFetchResponse(response, memory, held);
    }
}
