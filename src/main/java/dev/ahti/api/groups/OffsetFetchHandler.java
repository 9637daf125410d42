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
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * OffsetFetch, v1 to v10: committed offsets, each group's at its coordinator; one group up to v7, several from v8 on. No
 * topics (null, from v2 on) means all. From v10 on topics have their ids: one that does not exist is UNKNOWN_TOPIC_ID, and
 * among "all" it is left out. With {@code requireStable} (v7, KIP-447) commits that are under way are waited for.
 */
final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequestData> {
    private static final short WITH_SEVERAL_GROUPS = OffsetFetchRequest.BATCH_MIN_VERSION;

    private final GroupCoordinator coordinator;
    private final MetadataClient metadata;

    OffsetFetchHandler(GroupCoordinator coordinator, MetadataClient metadata) {
        this.coordinator = coordinator;
        this.metadata = metadata;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_FETCH;
    }

    @Override
    public CompletionStage<OffsetFetchResponseData> handle(RequestContext context, OffsetFetchRequestData request) {
        short version = context.apiVersion();
        List<CompletableFuture<OffsetFetchResponseGroup>> fetched = new ArrayList<>();
        for (OffsetFetchRequestGroup group : version < WITH_SEVERAL_GROUPS ? onlyGroup(request) : request.groups()) {
            fetched.add(fetch(context, group, request.requireStable())
                    .exceptionally(
                            failure -> OffsetFetchResponse.groupError(group, Errors.forException(failure), version)));
        }
        return CompletableFuture.allOf(fetched.toArray(CompletableFuture[]::new))
                .thenApply(all -> new OffsetFetchResponse.Builder(
                                fetched.stream().map(CompletableFuture::join).toList())
                        .build(version)
                        .data());
    }

    /** Of a consumer the only one. */
    static String firstGroup(OffsetFetchRequestData request) {
        return request.groups().isEmpty()
                ? request.groupId()
                : request.groups().get(0).groupId();
    }

    private static List<OffsetFetchRequestGroup> onlyGroup(OffsetFetchRequestData request) {
        List<OffsetFetchRequestTopics> topics = request.topics() == null
                ? null
                : request.topics().stream()
                        .map(topic -> new OffsetFetchRequestTopics()
                                .setName(topic.name())
                                .setPartitionIndexes(topic.partitionIndexes()))
                        .toList();
        return List.of(
                new OffsetFetchRequestGroup().setGroupId(request.groupId()).setTopics(topics));
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            RequestContext context, OffsetFetchRequestGroup group, boolean stable) {
        GroupRequestContext who = new GroupRequestContext(context);
        if (!OffsetFetchRequest.useTopicIds(context.apiVersion())) {
            return coordinator.fetchOffsets(who, group, stable);
        }
        ClusterImage image = metadata.image();
        if (group.topics() == null) {
            return coordinator.fetchOffsets(who, group, stable).thenApply(all -> withIds(all, image));
        }
        List<OffsetFetchRequestTopics> known = new ArrayList<>();
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        for (OffsetFetchRequestTopics asked : group.topics()) {
            TopicImage topic = image.topic(asked.topicId());
            if (topic == null) {
                unknown.add(unknown(asked));
            } else {
                known.add(asked.duplicate().setName(topic.name()));
            }
        }
        OffsetFetchRequestGroup named = new OffsetFetchRequestGroup()
                .setGroupId(group.groupId())
                .setMemberId(group.memberId())
                .setMemberEpoch(group.memberEpoch())
                .setTopics(known);
        return coordinator.fetchOffsets(who, named, stable).thenApply(answer -> with(answer, unknown));
    }

    private static OffsetFetchResponseTopics unknown(OffsetFetchRequestTopics asked) {
        return new OffsetFetchResponseTopics()
                .setTopicId(asked.topicId())
                .setPartitions(asked.partitionIndexes().stream()
                        .map(partition -> new OffsetFetchResponsePartitions()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code()))
                        .toList());
    }

    private static OffsetFetchResponseGroup with(
            OffsetFetchResponseGroup answer, List<OffsetFetchResponseTopics> unknown) {
        if (answer.errorCode() == Errors.NONE.code() && !unknown.isEmpty()) {
            List<OffsetFetchResponseTopics> topics = new ArrayList<>(answer.topics());
            topics.addAll(unknown);
            answer.setTopics(topics);
        }
        return answer;
    }

    private static OffsetFetchResponseGroup withIds(OffsetFetchResponseGroup answer, ClusterImage image) {
        List<OffsetFetchResponseTopics> topics = new ArrayList<>();
        for (OffsetFetchResponseTopics each : answer.topics()) {
            TopicImage topic = image.topic(each.name());
            if (each.topicId().equals(Uuid.ZERO_UUID) && topic != null) {
                each.setTopicId(topic.id());
            }
            if (!each.topicId().equals(Uuid.ZERO_UUID)) {
                topics.add(each);
            }
        }
        return answer.setTopics(topics);
    }
}
