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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Metadata, v0 to v13: brokers, topics, partitions and their leaders, with the brokers' addresses on the listener that
 * the client connected to.
 *
 * <p>Any broker answers, from its own image. No topics named means all of them in v0, none from v1 on, where null means
 * all; from v12 on topics may be asked for by id. A topic that does not exist is created where both the request and
 * {@code auto.create.topics.enable} allow it, and described in the same answer: Kafka says UNKNOWN_TOPIC_OR_PARTITION
 * first and lets the client ask again. Internal topics are not created this way. The controller is the broker that was
 * asked, since any broker takes changes. Who names topics of a leader that has just died is answered when others lead, or
 * after a short while ({@link MetadataClient#imageAfterElections}). Left out: authorization (there is no authorizer yet).
 */
final class MetadataHandler implements ApiHandler<MetadataRequestData> {
    private final MetadataClient metadata;
    private final ListenerViews views;
    private final boolean autoCreate;
    private final TopicCreation creation;

    MetadataHandler(MetadataClient metadata, ListenerViews views, boolean autoCreate) {
        this.metadata = metadata;
        this.views = views;
        this.autoCreate = autoCreate;
        this.creation = new TopicCreation(metadata);
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.METADATA;
    }

    @Override
    public CompletionStage<MetadataResponseData> handle(RequestContext context, MetadataRequestData request) {
        ClusterImage image = metadata.image();
        List<MetadataRequestTopic> asked = request.topics();
        if (asked == null || (asked.isEmpty() && context.apiVersion() == 0)) {
            Answer answer = new Answer(context, request, image);
            new TreeSet<>(image.topicIds().keySet()).forEach(name -> answer.add(image.topic(name)));
            return CompletableFuture.completedFuture(answer.response);
        }
        refuseWhatTheVersionHasNot(asked, context.apiVersion());
        Set<Uuid> ids = asked.stream()
                .map(MetadataRequestTopic::topicId)
                .filter(id -> !id.equals(Uuid.ZERO_UUID))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (!ids.isEmpty()) {
            return CompletableFuture.completedFuture(byId(context, request, image, ids));
        }
        Set<String> names = names(asked);
        return views.isVirtual()
                ? byName(context, request, image, names)
                : metadata.imageAfterElections(names).thenCompose(led -> byName(context, request, led, names));
    }

    /** Ids and null names exist in v10 and v11 on the wire, but mean something from v12 on only. */
    private static void refuseWhatTheVersionHasNot(List<MetadataRequestTopic> asked, short version) {
        for (MetadataRequestTopic topic : asked) {
            if (topic.name() == null && (version < 12 || topic.topicId().equals(Uuid.ZERO_UUID))) {
                throw new InvalidRequestException("Topic name can not be null for version " + version);
            }
            if (version < 12 && !topic.topicId().equals(Uuid.ZERO_UUID)) {
                throw new InvalidRequestException("Topic IDs are not supported in requests for version " + version);
            }
        }
    }

    private static Set<String> names(List<MetadataRequestTopic> asked) {
        return asked.stream().map(MetadataRequestTopic::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private MetadataResponseData byId(
            RequestContext context, MetadataRequestData request, ClusterImage image, Set<Uuid> ids) {
        Answer answer = new Answer(context, request, image);
        for (Uuid id : ids) {
            TopicImage topic = image.topic(id);
            if (topic == null) {
                answer.addError(null, id, Errors.UNKNOWN_TOPIC_ID);
            } else {
                answer.add(topic);
            }
        }
        return answer.response;
    }

    private CompletionStage<MetadataResponseData> byName(
            RequestContext context, MetadataRequestData request, ClusterImage image, Collection<String> names) {
        boolean mayCreate = autoCreate && request.allowAutoTopicCreation();
        List<String> missing = mayCreate
                ? names.stream()
                        .filter(name -> image.topic(name) == null && Topic.isValid(name) && !Topic.isInternal(name))
                        .toList()
                : List.of();
        if (missing.isEmpty()) {
            return CompletableFuture.completedFuture(byName(context, request, image, names, Map.of()));
        }
        return creation.create(missing)
                .thenApply(outcomes -> byName(context, request, metadata.image(), names, outcomes));
    }

    private MetadataResponseData byName(
            RequestContext context,
            MetadataRequestData request,
            ClusterImage image,
            Collection<String> names,
            Map<String, Errors> created) {
        Answer answer = new Answer(context, request, image);
        for (String name : names) {
            TopicImage topic = image.topic(name);
            if (topic != null) {
                answer.add(topic);
            } else {
                answer.addError(name, Uuid.ZERO_UUID, whyMissing(name, created.get(name)));
            }
        }
        return answer.response;
    }

    /** @param created outcome of creating it, or null if that was not tried */
    private static Errors whyMissing(String name, Errors created) {
        if (!Topic.isValid(name)) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        if (created == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        boolean comesLater = created == Errors.NONE
                || created == Errors.TOPIC_ALREADY_EXISTS
                || created.exception() instanceof RetriableException;
        return comesLater ? Errors.LEADER_NOT_AVAILABLE : created;
    }

    /** One response in the making, for one version and one listener. */
    private final class Answer {
        private final MetadataResponseData response = new MetadataResponseData();
        private final ListenerView listener;
        private final short version;
        private final int topicOperations;

        Answer(RequestContext context, MetadataRequestData request, ClusterImage image) {
            listener = views.of(image, context.listener());
            version = context.apiVersion();
            topicOperations = request.includeTopicAuthorizedOperations()
                    ? AuthorizedOperations.ALL_OF_TOPIC
                    : AuthorizedOperations.NOT_ASKED;
            response.setClusterId(image.clusterId()).setControllerId(listener.controller());
            if (request.includeClusterAuthorizedOperations()) {
                response.setClusterAuthorizedOperations(AuthorizedOperations.ALL_OF_CLUSTER);
            }
            listener.brokers().forEach(broker -> response.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(broker.id())
                            .setHost(broker.endpoint().host())
                            .setPort(broker.endpoint().port())
                            .setRack(broker.rack())));
        }

        void addError(String name, Uuid id, Errors error) {
            response.topics()
                    .add(new MetadataResponseTopic()
                            .setErrorCode(error.code())
                            .setName(name)
                            .setTopicId(id)
                            .setIsInternal(name != null && Topic.isInternal(name))
                            .setTopicAuthorizedOperations(topicOperations));
        }

        void add(TopicImage topic) {
            response.topics()
                    .add(new MetadataResponseTopic()
                            .setName(topic.name())
                            .setTopicId(topic.id())
                            .setIsInternal(Topic.isInternal(topic.name()))
                            .setTopicAuthorizedOperations(topicOperations)
                            .setPartitions(topic.partitions().stream()
                                    .map(this::partition)
                                    .collect(Collectors.toList())));
        }

        private MetadataResponsePartition partition(PartitionImage partition) {
            // v0 has no place for offline replicas: it leaves them out and says so with an error.
            List<Integer> isr = listener.isr(partition);
            List<Integer> replicas = listener.replicas(partition);
            List<Integer> shownReplicas = version == 0 ? listener.onlineOf(replicas) : replicas;
            List<Integer> shownIsr = version == 0 ? listener.onlineOf(isr) : isr;
            boolean someLeftOut = shownReplicas.size() < replicas.size() || shownIsr.size() < isr.size();
            return new MetadataResponsePartition()
                    .setErrorCode(error(partition, someLeftOut).code())
                    .setPartitionIndex(partition.id().partition())
                    .setLeaderId(listener.leader(partition))
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(shownReplicas)
                    .setIsrNodes(shownIsr)
                    .setOfflineReplicas(listener.offlineReplicas(partition));
        }

        private Errors error(PartitionImage partition, boolean someLeftOut) {
            if (listener.leader(partition) == ListenerView.NONE) {
                return version >= 6 && listener.isRegistered(partition.leader())
                        ? Errors.LISTENER_NOT_FOUND
                        : Errors.LEADER_NOT_AVAILABLE;
            }
            return someLeftOut ? Errors.REPLICA_NOT_AVAILABLE : Errors.NONE;
        }
    }
}
