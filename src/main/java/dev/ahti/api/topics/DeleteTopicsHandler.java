package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.Timeouts;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteTopics, v1 to v6: by name, from v6 on by name or id. Any broker takes it. A name becomes the id that this
 * broker's image has for it, so that a topic made anew under that name is not deleted in its place. Topics of one request
 * are deleted in one step; the answer comes once this broker's image is without them. With
 * {@code delete.topic.enable=false} everything is refused, before v3 as an invalid request.
 */
final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequestData> {
    private final MetadataClient metadata;
    private final boolean enabled;

    DeleteTopicsHandler(MetadataClient metadata, boolean enabled) {
        this.metadata = metadata;
        this.enabled = enabled;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_TOPICS;
    }

    @Override
    public CompletionStage<DeleteTopicsResponseData> handle(RequestContext context, DeleteTopicsRequestData request) {
        if (!enabled) {
            throw context.apiVersion() < 3
                    ? new InvalidRequestException("This version does not support topic deletion.")
                    : new TopicDeletionDisabledException("Topic deletion is disabled.");
        }
        Deletion deletion = new Deletion(metadata.image());
        List<DeleteTopicState> asked = context.apiVersion() < 6
                ? request.topicNames().stream()
                        .map(name -> new DeleteTopicState().setName(name))
                        .toList()
                : request.topics();
        deletion.addAll(asked);
        if (deletion.topics.isEmpty()) {
            return CompletableFuture.completedFuture(deletion.response);
        }
        return metadata.deleteTopics(List.copyOf(deletion.topics.keySet()), Timeouts.of(request.timeoutMs()))
                .thenApply(deletion::answered);
    }

    /** What is to be deleted, and the response in the making. */
    private static final class Deletion {
        private final DeleteTopicsResponseData response = new DeleteTopicsResponseData();
        private final Map<Uuid, String> topics = new TreeMap<>();
        private final ClusterImage image;

        Deletion(ClusterImage image) {
            this.image = image;
        }

        void addAll(List<DeleteTopicState> asked) {
            Set<String> names =
                    Duplicates.in(asked.stream().map(DeleteTopicState::name).filter(Objects::nonNull));
            Set<Uuid> ids = Duplicates.in(
                    asked.stream().map(DeleteTopicState::topicId).filter(id -> !id.equals(Uuid.ZERO_UUID)));
            names.forEach(name -> refuse(name, Uuid.ZERO_UUID, Errors.INVALID_REQUEST, "Duplicate topic name."));
            ids.forEach(id -> refuse(null, id, Errors.INVALID_REQUEST, "Duplicate topic id."));
            asked.stream()
                    .filter(topic -> !names.contains(topic.name()) && !ids.contains(topic.topicId()))
                    .forEach(this::add);
        }

        private void add(DeleteTopicState asked) {
            boolean byId = !asked.topicId().equals(Uuid.ZERO_UUID);
            if (byId && asked.name() != null) {
                refuse(
                        asked.name(),
                        asked.topicId(),
                        Errors.INVALID_REQUEST,
                        "You may not specify both topic name and topic id.");
            } else if (!byId && asked.name() == null) {
                refuse(null, Uuid.ZERO_UUID, Errors.INVALID_REQUEST, "Neither topic name nor id were specified.");
            } else {
                add(asked, byId);
            }
        }

        private void add(DeleteTopicState asked, boolean byId) {
            TopicImage topic = byId ? image.topic(asked.topicId()) : image.topic(asked.name());
            if (topic == null) {
                Errors error = byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
                refuse(asked.name(), asked.topicId(), error, error.message());
            } else if (topics.put(topic.id(), topic.name()) != null) {
                topics.remove(topic.id());
                refuse(
                        topic.name(),
                        topic.id(),
                        Errors.INVALID_REQUEST,
                        "The provided topic name maps to an ID that was already supplied.");
            }
        }

        private void refuse(String name, Uuid id, Errors error, String message) {
            response.responses()
                    .add(new DeletableTopicResult()
                            .setName(name)
                            .setTopicId(id)
                            .setErrorCode(error.code())
                            .setErrorMessage(message));
        }

        DeleteTopicsResponseData answered(List<TopicResult> results) {
            for (TopicResult result : results) {
                response.responses()
                        .add(new DeletableTopicResult()
                                .setName(topics.get(result.topicId()))
                                .setTopicId(result.topicId())
                                .setErrorCode(result.error().code())
                                .setErrorMessage(result.message()));
            }
            return response;
        }
    }
}
