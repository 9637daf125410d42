package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.AuthorizedOperations;
import dev.ahti.api.ListenerView;
import dev.ahti.api.ListenerViews;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.Collection;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeTopicPartitions, v0: topics in order of their names, page by page, with eligible leader replicas (KIP-966).
 * Any broker answers. No topics named means all. A page ends after the number of partitions that the request or
 * {@code max.request.partition.size.limit} allows, and the cursor names the next one.
 *
 * <p>A topic that does not exist is UNKNOWN_TOPIC_OR_PARTITION if it was named, and takes no place in the page. Left out:
 * the last known ELR, of which Ahti keeps the last known leader.
 */
final class DescribeTopicPartitionsHandler implements ApiHandler<DescribeTopicPartitionsRequestData> {
    private final MetadataClient metadata;
    private final ListenerViews views;
    private final int maxPartitions;

    DescribeTopicPartitionsHandler(MetadataClient metadata, ListenerViews views, int maxPartitions) {
        this.metadata = metadata;
        this.views = views;
        this.maxPartitions = maxPartitions;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public CompletionStage<DescribeTopicPartitionsResponseData> handle(
            RequestContext context, DescribeTopicPartitionsRequestData request) {
        ClusterImage image = metadata.image();
        DescribeTopicPartitionsRequestData.Cursor cursor = request.cursor();
        if (cursor != null && cursor.partitionIndex() < 0) {
            throw new InvalidRequestException(
                    "DescribeTopicPartitionsRequest cursor partition must be valid: " + cursor);
        }
        Page page = new Page(
                views.of(image, context.listener()),
                Math.max(1, Math.min(maxPartitions, request.responsePartitionLimit())),
                request.topics().isEmpty());
        String from = cursor == null ? "" : cursor.topicName();
        for (String name : names(image, request).tailSet(from, true)) {
            int first = cursor != null && name.equals(from) ? cursor.partitionIndex() : 0;
            if (!page.add(name, image.topic(name), first)) {
                break;
            }
        }
        return CompletableFuture.completedFuture(page.response);
    }

    private static NavigableSet<String> names(ClusterImage image, DescribeTopicPartitionsRequestData request) {
        Collection<String> names = request.topics().isEmpty()
                ? image.topicIds().keySet()
                : request.topics().stream().map(TopicRequest::name).collect(Collectors.toSet());
        return new TreeSet<>(names);
    }

    /** One response in the making. */
    private static final class Page {
        private final DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
        private final ListenerView listener;
        private final boolean all;
        private int room;

        Page(ListenerView listener, int room, boolean all) {
            this.listener = listener;
            this.room = room;
            this.all = all;
        }

        /** False if the page is full: the cursor then says what comes next. */
        boolean add(String name, TopicImage topic, int first) {
            if (room == 0) {
                return endAt(name, 0);
            }
            if (topic == null) {
                if (!all) {
                    Errors error =
                            Topic.isValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
                    response.topics().add(answer(name, Uuid.ZERO_UUID).setErrorCode(error.code()));
                }
                return true;
            }
            DescribeTopicPartitionsResponseTopic answer = answer(name, topic.id());
            response.topics().add(answer);
            int end = (int) Math.min(topic.partitions().size(), (long) first + room);
            for (int number = first; number < end; number++) {
                answer.partitions().add(partition(topic.partition(number)));
            }
            room -= Math.max(0, end - first);
            return end == topic.partitions().size() || endAt(name, end);
        }

        private boolean endAt(String name, int partition) {
            response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(partition));
            return false;
        }

        private static DescribeTopicPartitionsResponseTopic answer(String name, Uuid id) {
            return new DescribeTopicPartitionsResponseTopic()
                    .setName(name)
                    .setTopicId(id)
                    .setIsInternal(Topic.isInternal(name))
                    .setTopicAuthorizedOperations(AuthorizedOperations.ALL_OF_TOPIC);
        }

        private DescribeTopicPartitionsResponsePartition partition(PartitionImage partition) {
            return new DescribeTopicPartitionsResponsePartition()
                    .setPartitionIndex(partition.id().partition())
                    .setLeaderId(listener.leader(partition))
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(listener.replicas(partition))
                    .setIsrNodes(listener.isr(partition))
                    .setOfflineReplicas(listener.offlineReplicas(partition))
                    .setEligibleLeaderReplicas(listener.elr(partition))
                    // Never null: Kafka's AdminClient does not expect it.
                    .setLastKnownElr(listener.lastKnownLeader(partition));
        }
    }
}
