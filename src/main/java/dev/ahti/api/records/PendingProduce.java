package dev.ahti.api.records;

import dev.ahti.api.CloseConnection;
import dev.ahti.api.records.ProducedBatch.Refusal;
import dev.ahti.api.virtual.ProduceSplit;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplica.AppendResult;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One produce request on its way: each partition fills its own place of the response, and the last one to do so sends it.
 * The countdown also publishes what the others wrote.
 */
final class PendingProduce {
    private static final Logger log = LoggerFactory.getLogger(PendingProduce.class);
    private static final short FIRST_VERSION_BY_ID = 13;
    private static final short FIRST_VERSION_WITH_LEADER = 10;

    private final Routing routing;
    private final RequestContext context;
    private final ProduceRequestData request;
    private final boolean byId;
    private final ProduceResponseData response = new ProduceResponseData();
    private final CompletableFuture<ProduceResponseData> answer = new CompletableFuture<>();
    /** Partitions not yet answered, and one for the loop that starts them. */
    private final AtomicInteger open = new AtomicInteger(1);

    PendingProduce(Routing routing, RequestContext context, ProduceRequestData request) {
        this.routing = routing;
        this.context = context;
        this.request = request;
        this.byId = context.apiVersion() >= FIRST_VERSION_BY_ID;
    }

    CompletionStage<ProduceResponseData> append() {
        ClusterImage image = routing.image();
        long deadlineNanos = context.receivedNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.timeoutMs()));
        for (TopicProduceData data : request.topicData()) {
            TopicImage topic = byId ? image.topic(data.topicId()) : image.topic(data.name());
            TopicProduceResponse answers = new TopicProduceResponse()
                    .setName(topic == null ? data.name() : topic.name())
                    .setTopicId(topic == null ? data.topicId() : topic.id())
                    .setPartitionResponses(new ArrayList<>(data.partitionData().size()));
            response.responses().add(answers);
            for (PartitionProduceData partition : data.partitionData()) {
                PartitionProduceResponse place = new PartitionProduceResponse().setIndex(partition.index());
                answers.partitionResponses().add(place);
                open.incrementAndGet();
                append(topic, data, partition, deadlineNanos, place);
            }
        }
        oneLess();
        return answer;
    }

    private void append(
            TopicImage topic,
            TopicProduceData data,
            PartitionProduceData partition,
            long deadlineNanos,
            PartitionProduceResponse place) {
        if (topic == null || topic.partition(partition.index()) == null) {
            boolean noSuchId = topic == null && byId;
            refuseForNow(
                    data, partition, place, noSuchId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
            return;
        }
        Refusal refusal = refusal(topic, partition);
        if (refusal != null) {
            refuse(place, refusal.error(), refusal.message());
            return;
        }
        LocalReplica replica = routing.replicaInTurn(topic, partition.index());
        if (replica == null) {
            routing.awaitReplica(topic, partition.index(), deadlineNanos, opened -> {
                if (opened == null) {
                    refuseForNow(data, partition, place, Errors.NOT_LEADER_OR_FOLLOWER);
                } else {
                    append(opened, topic, partition, deadlineNanos, place);
                }
            });
            return;
        }
        append(replica, topic, partition, deadlineNanos, place);
    }

    private void append(
            LocalReplica replica,
            TopicImage topic,
            PartitionProduceData partition,
            long deadlineNanos,
            PartitionProduceResponse place) {
        try {
            MemoryRecords records = (MemoryRecords) partition.records();
            replica.append(records, request.acks(), deadlineNanos, result -> appended(place, result));
        } catch (RuntimeException e) {
            log.warn("append to {}-{} failed", topic.name(), partition.index(), e);
            refuse(place, Errors.forException(e), e.getMessage());
        }
    }

    /** In Kafka's order: the records of a partition that there is, the acks, the kind of topic. */
    private Refusal refusal(TopicImage topic, PartitionProduceData partition) {
        Refusal batch = ProducedBatch.check(partition.records(), context.apiVersion());
        if (batch != null) {
            return batch;
        }
        if (request.acks() < -1 || request.acks() > 1) {
            return new Refusal(Errors.INVALID_REQUIRED_ACKS, null);
        }
        if (request.transactionalId() != null) {
            return ProducedBatch.noTransactions();
        }
        if (Topic.isInternal(topic.name())) {
            return new Refusal(Errors.INVALID_TOPIC_EXCEPTION, "Cannot append to internal topic " + topic.name());
        }
        return null;
    }

    /** What follows must not be accepted before it, should that be possible in a moment. */
    private void refuseForNow(
            TopicProduceData data, PartitionProduceData partition, PartitionProduceResponse place, Errors error) {
        ProduceSplit.refused(routing.refused(), data, partition);
        refuse(place, error, null);
    }

    private void refuse(PartitionProduceResponse place, Errors error, String message) {
        place.setErrorCode(error.code()).setErrorMessage(message).setBaseOffset(-1);
        oneLess();
    }

    private void appended(PartitionProduceResponse place, AppendResult result) {
        place.setErrorCode(result.error().code())
                .setErrorMessage(result.message())
                .setBaseOffset(result.baseOffset())
                .setLogAppendTimeMs(result.logAppendTimeMs())
                .setLogStartOffset(result.logStartOffset())
                .setRecordErrors(result.recordErrors());
        oneLess();
    }

    private void oneLess() {
        if (open.decrementAndGet() > 0) {
            return;
        }
        if (request.acks() == 0) {
            answerWithoutAcks();
        } else {
            if (context.apiVersion() >= FIRST_VERSION_WITH_LEADER) {
                nameLeaders();
            }
            answer.complete(response);
        }
    }

    private void answerWithoutAcks() {
        for (TopicProduceResponse topic : response.responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                if (partition.errorCode() != Errors.NONE.code()) {
                    answer.completeExceptionally(new CloseConnection("produce with acks=0 to " + topic.name() + "-"
                            + partition.index() + " was refused with " + Errors.forCode(partition.errorCode())));
                    return;
                }
            }
        }
        answer.complete(null);
    }

    /** Asks for the image again: it may know the leader that made the append fail. */
    private void nameLeaders() {
        ClusterImage image = null;
        for (TopicProduceResponse topic : response.responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                if (partition.errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code()) {
                    image = image == null ? routing.image() : image;
                    nameLeader(image, image.topic(topic.topicId()), partition);
                }
            }
        }
    }

    private void nameLeader(ClusterImage image, TopicImage topic, PartitionProduceResponse place) {
        PartitionImage partition = topic == null ? null : topic.partition(place.index());
        if (partition == null) {
            return;
        }
        place.setCurrentLeader(
                new LeaderIdAndEpoch().setLeaderId(partition.leader()).setLeaderEpoch(partition.leaderEpoch()));
        Routing.NodeAddress address = Routing.address(image, partition.leader(), context.listener());
        if (address != null && response.nodeEndpoints().find(address.id()) == null) {
            response.nodeEndpoints()
                    .add(new NodeEndpoint()
                            .setNodeId(address.id())
                            .setHost(address.host())
                            .setPort(address.port())
                            .setRack(address.rack()));
        }
    }
}
