package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.LocalReplica;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DeleteRecords, versions 0 to 2 (KIP-107), at the partition's leader: raises the log start to an offset, or with -1 to the
 * high watermark, and answers when every live replica has followed. Refused for internal topics, and with POLICY_VIOLATION
 * for topics that are compacted only. A partition named twice is answered twice.
 */
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequestData> {
    private static final Logger log = LoggerFactory.getLogger(DeleteRecordsHandler.class);
    private static final long INVALID_LOW_WATERMARK = -1;
    private static final long HIGH_WATERMARK = -1;

    private final Routing routing;
    private final Function<Map<String, String>, LogConfig> topicConfig;

    /** @param topicConfig the configuration of a topic with these overrides */
    DeleteRecordsHandler(Routing routing, Function<Map<String, String>, LogConfig> topicConfig) {
        this.routing = routing;
        this.topicConfig = topicConfig;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_RECORDS;
    }

    @Override
    public CompletionStage<DeleteRecordsResponseData> handle(RequestContext context, DeleteRecordsRequestData request) {
        ClusterImage image = routing.image();
        long deadlineNanos = context.receivedNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.timeoutMs()));
        Answer answer = new Answer();
        for (DeleteRecordsTopic asked : request.topics()) {
            DeleteRecordsTopicResult answers = answer.topic(asked.name());
            TopicImage topic = image.topic(asked.name());
            boolean deletable = topic == null || topicConfig.apply(image.topicConfigs(asked.name())).delete;
            for (DeleteRecordsPartition partition : asked.partitions()) {
                DeleteRecordsPartitionResult place =
                        new DeleteRecordsPartitionResult().setPartitionIndex(partition.partitionIndex());
                answers.partitions().mustAdd(place);
                answer.open.incrementAndGet();
                delete(topic, deletable, partition, deadlineNanos, place, answer);
            }
        }
        answer.oneLess();
        return answer.future;
    }

    private void delete(
            TopicImage topic,
            boolean deletable,
            DeleteRecordsPartition partition,
            long deadlineNanos,
            DeleteRecordsPartitionResult place,
            Answer answer) {
        LocalReplica replica = routing.replica(topic, partition.partitionIndex());
        Errors error = refusal(topic, deletable, partition, replica);
        if (error != Errors.NONE) {
            answer.failed(place, error);
            return;
        }
        try {
            replica.deleteRecords(partition.offset(), deadlineNanos, result -> {
                place.setErrorCode(result.error().code()).setLowWatermark(result.lowWatermark());
                answer.oneLess();
            });
        } catch (RuntimeException e) {
            log.warn("deleting records of {} failed", replica.id(), e);
            answer.failed(place, Errors.forException(e));
        }
    }

    private static Errors refusal(
            TopicImage topic, boolean deletable, DeleteRecordsPartition partition, LocalReplica replica) {
        if (topic != null && Topic.isInternal(topic.name())) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        if (replica == null) {
            return Routing.errorWithoutReplica(topic, partition.partitionIndex());
        }
        if (!replica.leadership().leading()) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        if (!deletable) {
            return Errors.POLICY_VIOLATION;
        }
        return partition.offset() < HIGH_WATERMARK ? Errors.OFFSET_OUT_OF_RANGE : Errors.NONE;
    }

    /** The last partition to be done sends it. */
    private static final class Answer {
        private final DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        private final CompletableFuture<DeleteRecordsResponseData> future = new CompletableFuture<>();
        private final AtomicInteger open = new AtomicInteger(1);

        DeleteRecordsTopicResult topic(String name) {
            DeleteRecordsTopicResult result = response.topics().find(name);
            if (result == null) {
                result = new DeleteRecordsTopicResult().setName(name);
                response.topics().add(result);
            }
            return result;
        }

        void failed(DeleteRecordsPartitionResult place, Errors error) {
            place.setErrorCode(error.code()).setLowWatermark(INVALID_LOW_WATERMARK);
            oneLess();
        }

        void oneLess() {
            if (open.decrementAndGet() == 0) {
                future.complete(response);
            }
        }
    }
}
