package dev.ahti.group;

import static org.awaitility.Awaitility.await;

import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.replica.LocalActors;
import dev.ahti.replica.ObservedReplicas;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** A host, and the requests of its clients: group {@code g}, topic {@code t}. */
final class HostedGroups implements AutoCloseable {
    static final String GROUP = "g";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ActorTestKit kit = LocalActors.start();
    private final GroupCoordinatorHost host;
    private final GroupCoordinator coordinator;
    volatile boolean seesMajority = true;

    HostedGroups(int nodeId, CurrentImage image, MetadataClient client, ObservedReplicas replicas, String... settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "group.initial.rebalance.delay.ms", "0",
                "group.consumer.assignment.interval.ms", "0",
                "offsets.topic.num.partitions", "1"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        host = GroupCoordinatorHost.start(
                kit.system(),
                new GroupSettings(nodeId, GroupCoordinatorConfig.fromProps(all), (short) 1),
                image,
                client,
                replicas,
                () -> seesMajority);
        coordinator = host.coordinator();
    }

    GroupCoordinatorHost host() {
        return host;
    }

    static <T> T get(CompletableFuture<T> answer) throws Exception {
        return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static void eventually(Callable<Boolean> condition) {
        await().atMost(PATIENCE).until(condition);
    }

    private static RequestContext context(ApiKeys api) {
        return new RequestContext(
                new RequestHeader(api, api.latestVersion(), "client", 0),
                "1",
                InetAddress.getLoopbackAddress(),
                KafkaPrincipal.ANONYMOUS,
                ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                false);
    }

    /** As of somebody who is no member: offset of partition 0. */
    CompletableFuture<Errors> commit(long offset) {
        return commit("", -1, offset);
    }

    /** What clients before version 5 of the API may say: kept for a millisecond. */
    CompletableFuture<Errors> commitThatExpires(long offset) {
        return commit("", -1, offset, 1);
    }

    CompletableFuture<Errors> commit(String member, int generation, long offset) {
        return commit(member, generation, offset, -1);
    }

    private CompletableFuture<Errors> commit(String member, int generation, long offset, long retentionMs) {
        OffsetCommitRequestTopic topic = new OffsetCommitRequestTopic().setName("t");
        topic.partitions()
                .add(new OffsetCommitRequestPartition()
                        .setPartitionIndex(0)
                        .setCommittedOffset(offset)
                        .setCommittedMetadata("note"));
        return coordinator
                .commitOffsets(
                        context(ApiKeys.OFFSET_COMMIT),
                        new OffsetCommitRequestData()
                                .setGroupId(GROUP)
                                .setMemberId(member)
                                .setGenerationIdOrMemberEpoch(generation)
                                .setRetentionTimeMs(retentionMs)
                                .setTopics(List.of(topic)),
                        BufferSupplier.NO_CACHING)
                .thenApply(response -> Errors.forCode(
                        response.topics().get(0).partitions().get(0).errorCode()));
    }

    /** The offset of partition 0, or what stands against it. */
    String fetch() throws Exception {
        OffsetFetchResponseGroup group;
        try {
            group = get(coordinator.fetchOffsets(
                    context(ApiKeys.OFFSET_FETCH),
                    new OffsetFetchRequestGroup()
                            .setGroupId(GROUP)
                            .setTopics(List.of(
                                    new OffsetFetchRequestTopics().setName("t").setPartitionIndexes(List.of(0)))),
                    false));
        } catch (ExecutionException e) {
            return Errors.forException(e).name();
        }
        if (group.errorCode() != 0) {
            return Errors.forCode(group.errorCode()).name();
        }
        return Long.toString(group.topics().get(0).partitions().get(0).committedOffset());
    }

    /** Until a slot is loaded, the answer is an error. */
    void awaitFetched(long offset) {
        eventually(() -> fetch().equals(Long.toString(offset)));
    }

    void awaitCommitted(long offset) {
        eventually(() -> get(commit(offset)) == Errors.NONE);
    }

    CompletableFuture<JoinGroupResponseData> join(String member) {
        return coordinator.joinGroup(
                context(ApiKeys.JOIN_GROUP),
                new JoinGroupRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(member)
                        .setProtocolType(ConsumerProtocol.PROTOCOL_TYPE)
                        .setSessionTimeoutMs(30_000)
                        .setRebalanceTimeoutMs(30_000)
                        .setProtocols(new JoinGroupRequestProtocolCollection(List.of(new JoinGroupRequestProtocol()
                                        .setName("range")
                                        .setMetadata(subscription()))
                                .iterator())),
                BufferSupplier.NO_CACHING);
    }

    private static byte[] subscription() {
        ByteBuffer buffer = ConsumerProtocol.serializeSubscription(
                new org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription(List.of("t")));
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    CompletableFuture<SyncGroupResponseData> sync(String member, int generation, String assignment) {
        return coordinator.syncGroup(
                context(ApiKeys.SYNC_GROUP),
                new SyncGroupRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(member)
                        .setGenerationId(generation)
                        .setProtocolType(ConsumerProtocol.PROTOCOL_TYPE)
                        .setProtocolName("range")
                        .setAssignments(List.of(new SyncGroupRequestData.SyncGroupRequestAssignment()
                                .setMemberId(member)
                                .setAssignment(assignment.getBytes(java.nio.charset.StandardCharsets.UTF_8)))),
                BufferSupplier.NO_CACHING);
    }

    Errors heartbeat(String member, int generation) throws Exception {
        return Errors.forCode(get(coordinator.heartbeat(
                        context(ApiKeys.HEARTBEAT),
                        new HeartbeatRequestData()
                                .setGroupId(GROUP)
                                .setMemberId(member)
                                .setGenerationId(generation)))
                .errorCode());
    }

    /** Of the newer protocol (KIP-848): epoch 0 joins. */
    ConsumerGroupHeartbeatResponseData consumerHeartbeat(String member, int epoch) throws Exception {
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setMemberEpoch(epoch);
        if (epoch == 0) {
            request.setRebalanceTimeoutMs(30_000)
                    .setSubscribedTopicNames(List.of("t"))
                    .setTopicPartitions(List.of());
        }
        return get(coordinator.consumerGroupHeartbeat(context(ApiKeys.CONSUMER_GROUP_HEARTBEAT), request));
    }

    @Override
    public void close() throws Exception {
        try {
            get(host.stop().toCompletableFuture());
        } finally {
            kit.shutdownTestKit();
        }
    }
}
