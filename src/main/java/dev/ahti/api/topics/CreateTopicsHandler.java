package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.Timeouts;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.protocol.RequestContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * CreateTopics, v2 to v7. Any broker takes it; what the request says is checked here, what the cluster must know is
 * checked by {@code PartitionMetadata}, which persists all good topics of a request in one step. The answer comes once
 * this broker's image shows them, so that the client may go on at once; from v5 on it names all configs of each topic
 * (KIP-525), from v7 on its id. {@code validateOnly} does everything but the persist.
 */
final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequestData> {
    private final MetadataClient metadata;
    private final TopicConfigs configs;

    CreateTopicsHandler(MetadataClient metadata, TopicConfigs configs) {
        this.metadata = metadata;
        this.configs = configs;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CREATE_TOPICS;
    }

    @Override
    public CompletionStage<CreateTopicsResponseData> handle(RequestContext context, CreateTopicsRequestData request) {
        CreateTopicsResponseData response = new CreateTopicsResponseData();
        Set<String> duplicates = Duplicates.in(request.topics().stream().map(CreatableTopic::name));
        duplicates.forEach(name ->
                response.topics().add(refused(name, new ApiError(Errors.INVALID_REQUEST, "Duplicate topic name."))));
        Map<String, NewTopic> wanted = new HashMap<>();
        List<NewTopic> inOrder = new ArrayList<>();
        for (CreatableTopic topic : request.topics()) {
            if (!duplicates.contains(topic.name())) {
                ApiError error = check(topic);
                if (error.isFailure()) {
                    response.topics().add(refused(topic.name(), error));
                } else {
                    NewTopic one = newTopic(topic);
                    wanted.put(topic.name(), one);
                    inOrder.add(one);
                }
            }
        }
        if (inOrder.isEmpty()) {
            return CompletableFuture.completedFuture(response);
        }
        return metadata.createTopics(inOrder, request.validateOnly(), Timeouts.of(request.timeoutMs()))
                .thenApply(results -> {
                    results.forEach(result -> response.topics().add(answer(result, wanted.get(result.name()))));
                    return response;
                });
    }

    /** What a {@link NewTopic} could not carry. */
    private static ApiError check(CreatableTopic topic) {
        if (topic.name().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
            return new ApiError(
                    Errors.INVALID_REQUEST, "Creation of internal topic " + topic.name() + " is prohibited.");
        }
        String unset = topic.configs().stream()
                .filter(config -> config.value() == null)
                .map(CreatableTopicConfig::name)
                .collect(Collectors.joining(","));
        if (!unset.isEmpty()) {
            return new ApiError(Errors.INVALID_CONFIG, "Null value not supported for topic configs: " + unset);
        }
        Set<Integer> twice =
                Duplicates.in(topic.assignments().stream().map(CreatableReplicaAssignment::partitionIndex));
        return twice.isEmpty()
                ? ApiError.NONE
                : new ApiError(
                        Errors.INVALID_REPLICA_ASSIGNMENT,
                        "Found multiple manual partition assignments for partition "
                                + twice.iterator().next());
    }

    private static NewTopic newTopic(CreatableTopic topic) {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        topic.assignments().forEach(one -> assignments.put(one.partitionIndex(), one.brokerIds()));
        Map<String, String> overrides = new HashMap<>();
        topic.configs().forEach(config -> overrides.put(config.name(), config.value()));
        return new NewTopic(topic.name(), topic.numPartitions(), topic.replicationFactor(), assignments, overrides);
    }

    private CreatableTopicResult answer(TopicResult result, NewTopic wanted) {
        if (result.error() != Errors.NONE) {
            return refused(result.name(), new ApiError(result.error(), result.message()));
        }
        CreatableTopicResult created = new CreatableTopicResult()
                .setName(result.name())
                .setTopicId(result.topicId())
                .setErrorMessage(null)
                .setNumPartitions(result.partitions())
                .setReplicationFactor(result.replicationFactor());
        configs.with(metadata.image(), wanted.configs()).forEach(config -> created.configs()
                .add(new CreatableTopicConfigs()
                        .setName(config.name())
                        .setValue(config.value())
                        .setReadOnly(config.readOnly())
                        .setConfigSource(config.source().id())
                        .setIsSensitive(config.sensitive())));
        return created;
    }

    private static CreatableTopicResult refused(String name, ApiError error) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.messageWithFallback());
    }
}
