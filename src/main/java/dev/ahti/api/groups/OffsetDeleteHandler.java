package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * OffsetDelete, v0 (KIP-496), at the group's coordinator: forgets the offsets of partitions that the group does not consume
 * any more. What does not exist is UNKNOWN_TOPIC_OR_PARTITION in its place; the coordinator is asked in any case, since
 * there may be no such group.
 */
final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequestData> {
    private final GroupCoordinator coordinator;
    private final MetadataClient metadata;

    OffsetDeleteHandler(GroupCoordinator coordinator, MetadataClient metadata) {
        this.coordinator = coordinator;
        this.metadata = metadata;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_DELETE;
    }

    @Override
    public CompletionStage<OffsetDeleteResponseData> handle(RequestContext context, OffsetDeleteRequestData request) {
        ClusterImage image = metadata.image();
        OffsetDeleteResponse.Builder response = new OffsetDeleteResponse.Builder();
        OffsetDeleteRequestTopicCollection known = new OffsetDeleteRequestTopicCollection();
        for (OffsetDeleteRequestTopic asked : request.topics()) {
            TopicImage topic = image.topic(asked.name());
            OffsetDeleteRequestTopic existing = new OffsetDeleteRequestTopic().setName(asked.name());
            for (OffsetDeleteRequestPartition partition : asked.partitions()) {
                if (topic == null || topic.partition(partition.partitionIndex()) == null) {
                    response.addPartition(asked.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
                } else {
                    existing.partitions().add(partition);
                }
            }
            if (!existing.partitions().isEmpty()) {
                known.add(existing);
            }
        }
        return coordinator
                .deleteOffsets(
                        new GroupRequestContext(context),
                        new OffsetDeleteRequestData()
                                .setGroupId(request.groupId())
                                .setTopics(known),
                        BufferSupplier.NO_CACHING)
                .thenApply(deleted -> response.merge(deleted).build().data());
    }
}
