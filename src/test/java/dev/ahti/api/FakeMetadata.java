package dev.ahti.api;

import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.DeleteTopic;
import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.RegisterBroker;
import dev.ahti.metadata.event.SetConfig;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.StartEpoch;
import dev.ahti.metadata.event.UnfenceBroker;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PartitionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/** Metadata in memory: the image is made with events, and commands do their work at once unless told otherwise. */
public final class FakeMetadata implements MetadataClient {
    public static final String CLUSTER = "test-cluster";
    public static final String LISTENER = "PLAINTEXT";

    /** What each new topic ends with, by name. */
    public Function<String, Errors> creating = name -> Errors.NONE;

    public final List<Object> commands = new ArrayList<>();

    /** Done when others lead what dead brokers led. */
    public CompletableFuture<Void> elections = CompletableFuture.completedFuture(null);

    private ClusterImage image = ClusterImage.empty();
    private long nextId = 100;

    public FakeMetadata() {
        apply(new StartEpoch(CLUSTER, 1, Optional.empty()));
    }

    public void apply(MetadataEvent event) {
        image = event.applyTo(image);
    }

    public FakeMetadata broker(int id, String... listeners) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String listener : listeners) {
            endpoints.add(
                    new Endpoint(listener, LISTENER, listener.toLowerCase(java.util.Locale.ROOT) + id, 9000 + id));
        }
        Uuid incarnation = new Uuid(1, id);
        apply(new RegisterBroker(
                id, incarnation, new Uuid(2, id), endpoints, Optional.of("rack" + id), Optional.empty(), 1));
        apply(new UnfenceBroker(id, incarnation));
        return this;
    }

    public void fence(int broker) {
        apply(new FenceBroker(broker, new Uuid(1, broker)));
    }

    /** Each partition has all these replicas; the first leads, all are in sync. */
    public Uuid topic(String name, int partitions, Integer... replicas) {
        Uuid id = new Uuid(7, nextId++);
        apply(new CreateTopic(id, name));
        addPartitions(id, 0, partitions, List.of(replicas));
        return id;
    }

    private void addPartitions(Uuid topic, int from, int to, List<Integer> replicas) {
        for (int number = from; number < to; number++) {
            PartitionId partition = new PartitionId(topic, number);
            apply(new AssignPartition(partition, replicas));
            apply(new SetPartitionLeader(partition, replicas.get(0), 3));
            apply(new UpdateISR(
                    partition,
                    replicas.stream()
                            .map(broker -> new IsrMember(broker, new Uuid(1, broker)))
                            .toList(),
                    List.of()));
        }
    }

    public void config(ConfigResource.Type type, String resource, String name, String value) {
        apply(new SetConfig(type, resource, name, value));
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public CompletionStage<ClusterImage> imageAfterElections(Collection<String> topics) {
        return elections.thenApply(over -> image);
    }

    @Override
    public CompletionStage<List<TopicResult>> createTopics(
            List<NewTopic> topics, boolean validateOnly, Duration timeout) {
        commands.addAll(topics);
        List<TopicResult> results = new ArrayList<>();
        for (NewTopic topic : topics) {
            Errors error = creating.apply(topic.name());
            int partitions = topic.partitions() == -1 ? 1 : topic.partitions();
            Uuid id = error == Errors.NONE && !validateOnly ? topic(topic.name(), partitions, 1) : Uuid.ZERO_UUID;
            if (error == Errors.NONE && !validateOnly) {
                topic.configs().forEach((name, value) -> config(ConfigResource.Type.TOPIC, topic.name(), name, value));
            }
            results.add(new TopicResult(topic.name(), id, error, null, partitions, (short) 1));
        }
        return CompletableFuture.completedFuture(results);
    }

    @Override
    public CompletionStage<List<TopicResult>> deleteTopics(List<Uuid> topics, Duration timeout) {
        commands.addAll(topics);
        List<TopicResult> results = new ArrayList<>();
        for (Uuid id : topics) {
            String name = image.topic(id).name();
            apply(new DeleteTopic(id));
            results.add(new TopicResult(name, id, Errors.NONE, null, -1, (short) -1));
        }
        return CompletableFuture.completedFuture(results);
    }

    @Override
    public CompletionStage<List<TopicResult>> createPartitions(
            List<MorePartitions> topics, boolean validateOnly, Duration timeout) {
        commands.addAll(topics);
        List<TopicResult> results = new ArrayList<>();
        for (MorePartitions more : topics) {
            TopicImage topic = image.topic(more.topic());
            if (topic != null && !validateOnly) {
                addPartitions(topic.id(), topic.partitions().size(), more.totalCount(), List.of(1));
            }
            Errors error = topic == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE;
            results.add(new TopicResult(more.topic(), Uuid.ZERO_UUID, error, null, more.totalCount(), (short) 1));
        }
        return CompletableFuture.completedFuture(results);
    }

    @Override
    public CompletionStage<List<ConfigResult>> alterConfigs(
            List<ConfigChange> changes, boolean validateOnly, Duration timeout) {
        commands.addAll(changes);
        List<ConfigResult> results = changes.stream()
                .map(change -> new ConfigResult(change.resource(), Errors.NONE, null))
                .toList();
        return CompletableFuture.completedFuture(results);
    }

    @Override
    public CompletionStage<ProducerIds> reserveProducerIds(Duration timeout) {
        return CompletableFuture.completedFuture(new ProducerIds(Errors.NONE, 0, 1000));
    }

    /** What elections, unregistrations and feature updates end with. */
    public ChangeResult changing = new ChangeResult(Errors.NONE, null);

    @Override
    public CompletionStage<List<ElectionResult>> electLeaders(
            ElectionType type, List<NamedPartition> partitions, Duration timeout) {
        commands.add(type);
        commands.addAll(partitions);
        return CompletableFuture.completedFuture(partitions.stream()
                .map(each -> new ElectionResult(each, changing.error(), changing.message()))
                .toList());
    }

    @Override
    public CompletionStage<ChangeResult> unregisterBroker(int broker, Duration timeout) {
        commands.add(broker);
        return CompletableFuture.completedFuture(changing);
    }

    @Override
    public CompletionStage<ChangeResult> updateFeatures(
            List<FeatureUpdate> updates, boolean validateOnly, Duration timeout) {
        commands.addAll(updates);
        return CompletableFuture.completedFuture(changing);
    }
}
