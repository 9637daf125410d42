package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * OffsetCommit, v2 to v10, at the group's coordinator. Topics are named up to v9, and have their ids from v10 on (KIP-848).
 * What does not exist is UNKNOWN_TOPIC_ID or UNKNOWN_TOPIC_OR_PARTITION in its place, and the rest is committed; where
 * nothing is left the coordinator is not asked.
 */
final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequestData> {
    private final GroupCoordinator coordinator;
    private final MetadataClient metadata;

    OffsetCommitHandler(GroupCoordinator coordinator, MetadataClient metadata) {
        this.coordinator = coordinator;
        this.metadata = metadata;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_COMMIT;
    }

    @Override
    public CompletionStage<OffsetCommitResponseData> handle(RequestContext context, OffsetCommitRequestData request) {
        boolean byId = OffsetCommitResponse.useTopicIds(context.apiVersion());
        ClusterImage image = metadata.image();
        OffsetCommitResponse.Builder response = OffsetCommitResponse.newBuilder(byId);
        List<OffsetCommitRequestTopic> known = new ArrayList<>();
        for (OffsetCommitRequestTopic asked : request.topics()) {
            TopicImage topic = byId ? image.topic(asked.topicId()) : image.topic(asked.name());
            // With its id in either case: the offset is not one of a later topic of that name.
            OffsetCommitRequestTopic existing = new OffsetCommitRequestTopic()
                    .setTopicId(topic == null ? asked.topicId() : topic.id())
                    .setName(topic == null ? asked.name() : topic.name());
            Errors missing = byId && topic == null ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
            for (OffsetCommitRequestPartition partition : asked.partitions()) {
                if (topic == null || topic.partition(partition.partitionIndex()) == null) {
                    response.addPartition(asked.topicId(), existing.name(), partition.partitionIndex(), missing);
                } else {
                    existing.partitions().add(partition);
                }
            }
            if (!existing.partitions().isEmpty()) {
                known.add(existing);
            }
        }
        if (known.isEmpty()) {
            return CompletableFuture.completedFuture(response.build().data());
        }
        return coordinator
                .commitOffsets(new GroupRequestContext(context), with(request, known), BufferSupplier.NO_CACHING)
                .thenApply(committed -> response.merge(committed).build().data());
    }

    private static OffsetCommitRequestData with(
            OffsetCommitRequestData request, List<OffsetCommitRequestTopic> topics) {
        return new OffsetCommitRequestData()
                .setGroupId(request.groupId())
                .setMemberId(request.memberId())
                .setGenerationIdOrMemberEpoch(request.generationIdOrMemberEpoch())
                .setGroupInstanceId(request.groupInstanceId())
                .setRetentionTimeMs(request.retentionTimeMs())
                .setTopics(topics);
    }
}
