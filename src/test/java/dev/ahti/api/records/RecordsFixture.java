package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PartitionId;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplicas;
import dev.ahti.replica.RefusedSequences;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** Broker 1 of two, with replicas in memory; requests and responses go through their bytes of a version. */
final class RecordsFixture implements AutoCloseable {
    static final Uuid TOPIC = new Uuid(1, 1);
    static final Uuid INTERNAL = new Uuid(1, 2);

    private final Map<PartitionId, InMemoryReplica> replicas = new ConcurrentHashMap<>();
    private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
    volatile ClusterImage image = ClusterImage.empty();

    private final Map<PartitionId, Runnable> openWaits = new ConcurrentHashMap<>();

    final RefusedSequences refused = RefusedSequences.none();

    final Routing routing = new Routing(
            1,
            new LocalReplicas() {
                @Override
                public LocalReplica get(PartitionId id) {
                    return replicas.get(id);
                }

                @Override
                public Collection<LocalReplica> all() {
                    return List.copyOf(replicas.values());
                }

                @Override
                public RefusedSequences refused() {
                    return refused;
                }

                @Override
                public boolean isAwaited(PartitionId id) {
                    return openWaits.containsKey(id);
                }

                @Override
                public Runnable onOpen(PartitionId id, Runnable known) {
                    openWaits.put(id, known);
                    return () -> endWait(id);
                }
            },
            () -> image,
            timer());

    /** Partitions 0 to {@code here - 1} of "t" are led by this broker, one more by broker 2. */
    RecordsFixture(int here) {
        image = image.withBroker(broker(1)).withBroker(broker(2)).withTopic(TopicImage.empty(TOPIC, "t"));
        for (int i = 0; i < here; i++) {
            lead(TOPIC, i, 1);
        }
        lead(TOPIC, here, 2);
        image = image.withTopic(TopicImage.empty(INTERNAL, "__consumer_offsets"));
        lead(INTERNAL, 0, 1);
    }

    private static BrokerImage broker(int id) {
        return new BrokerImage(
                id,
                new Uuid(9, id),
                1,
                new Uuid(8, id),
                List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "host" + id, 9000 + id)),
                Optional.of("rack" + id),
                Optional.empty(),
                false,
                false,
                1);
    }

    private void lead(Uuid topic, int partition, int leader) {
        PartitionId id = new PartitionId(topic, partition);
        image = image.withPartition(PartitionImage.assigned(id, List.of(leader)).withLeader(leader, 5));
        if (leader == 1) {
            replicas.put(id, new InMemoryReplica(id));
        }
    }

    InMemoryReplica replica(int partition) {
        return replicas.get(new PartitionId(TOPIC, partition));
    }

    /** The replica is not open: what comes for it waits, until {@link #opened} or its deadline. */
    InMemoryReplica notOpen(int partition) {
        return replicas.remove(new PartitionId(TOPIC, partition));
    }

    void opened(InMemoryReplica replica) {
        replicas.put(replica.id(), replica);
        endWait(replica.id());
    }

    void cannotOpen(int partition) {
        endWait(new PartitionId(TOPIC, partition));
    }

    private void endWait(PartitionId id) {
        Runnable known = openWaits.remove(id);
        if (known != null) {
            known.run();
        }
    }

    boolean isAwaited(int partition) {
        return openWaits.containsKey(new PartitionId(TOPIC, partition));
    }

    void changeLeader(int partition, int leader, int epoch) {
        PartitionId id = new PartitionId(TOPIC, partition);
        image = image.withPartition(image.partition(id).withLeader(leader, epoch));
    }

    DeadlineTimer timer() {
        return (delayNanos, task) -> {
            ScheduledFuture<?> timer = scheduler.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
            return () -> timer.cancel(false);
        };
    }

    ScheduledExecutorService executor() {
        return scheduler;
    }

    FetchHandler fetchHandler() {
        return fetchHandler(new FetchSessions(10, System::currentTimeMillis));
    }

    FetchHandler fetchHandler(FetchSessions sessions) {
        return new FetchHandler(routing, sessions, 1 << 20, timer(), scheduler);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }

    static RequestContext context(ApiKeys api, int version) {
        return new RequestContext(
                api,
                (short) version,
                1,
                "client",
                "PLAINTEXT",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                KafkaPrincipal.ANONYMOUS,
                System.nanoTime());
    }

    /** Sends the request as bytes of that version, and reads the response from its bytes: {@code A} is the API's. */
    @SuppressWarnings("TypeParameterUnusedInFormals")
    static <Q extends ApiMessage, A extends ApiMessage> CompletableFuture<A> send(
            ApiHandler<Q> handler, Q request, int version) {
        ApiMessageType type = ApiMessageType.fromApiKey(handler.apiKey().id);
        @SuppressWarnings("unchecked")
        Q read = (Q) reread(request, type.newRequest(), version);
        @SuppressWarnings("unchecked")
        CompletableFuture<A> answer = handler.handle(context(handler.apiKey(), version), read)
                .thenApply(response -> response == null ? null : (A) reread(response, type.newResponse(), version))
                .toCompletableFuture();
        return answer;
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    static <Q extends ApiMessage, A extends ApiMessage> A ask(ApiHandler<Q> handler, Q request, int version) {
        return await(send(handler, request, version));
    }

    static <A> A await(CompletableFuture<A> answer) {
        try {
            return answer.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static ApiMessage reread(ApiMessage message, ApiMessage empty, int version) {
        ByteBufferAccessor bytes = MessageUtil.toByteBufferAccessor(message, (short) version);
        empty.read(bytes, (short) version);
        return empty;
    }

    /** One batch of so many records. */
    static MemoryRecords batch(int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(1000 + i, null, ("value-" + i).getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(Compression.NONE, records);
    }
}
