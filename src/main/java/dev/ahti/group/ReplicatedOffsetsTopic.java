package dev.ahti.group;

import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The offsets topic as this node's image has it; created when it is first needed, once however many ask. */
final class ReplicatedOffsetsTopic implements OffsetsTopic {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedOffsetsTopic.class);
    /** Well below the clients' 30 s: they ask again. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final MetadataClient metadata;
    private final GroupSettings settings;
    private final AtomicReference<CompletableFuture<Errors>> underWay = new AtomicReference<>();

    ReplicatedOffsetsTopic(MetadataClient metadata, GroupSettings settings) {
        this.metadata = metadata;
        this.settings = settings;
    }

    @Override
    public int partitionFor(String groupId) {
        TopicImage topic = metadata.image().topic(NAME);
        int partitions = topic == null
                ? settings.kafkas().offsetsTopicPartitions()
                : topic.partitions().size();
        return Utils.abs(groupId.hashCode()) % partitions;
    }

    @Override
    public OptionalInt leaderOf(int slot) {
        PartitionImage partition = metadata.image().partition(NAME, slot);
        return partition == null || partition.leader() == PartitionImage.NO_LEADER
                ? OptionalInt.empty()
                : OptionalInt.of(partition.leader());
    }

    @Override
    public CompletionStage<Errors> ensureCreated() {
        ClusterImage image = metadata.image();
        if (image.topic(NAME) != null) {
            return CompletableFuture.completedFuture(Errors.NONE);
        }
        if (image.brokers().size() < settings.offsetsTopicReplicationFactor()) {
            // Or the first consumer of a cluster that is still starting would fix a lower number for ever.
            return CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE);
        }
        CompletableFuture<Errors> mine = new CompletableFuture<>();
        CompletableFuture<Errors> earlier = underWay.compareAndExchange(null, mine);
        if (earlier != null) {
            return earlier;
        }
        create(mine);
        return mine;
    }

    private void create(CompletableFuture<Errors> done) {
        NewTopic topic = new NewTopic(
                NAME,
                settings.kafkas().offsetsTopicPartitions(),
                settings.offsetsTopicReplicationFactor(),
                Map.of(),
                configs());
        metadata.createTopics(List.of(topic), false, TIMEOUT).whenComplete((results, failure) -> {
            underWay.set(null);
            if (metadata.image().topic(NAME) != null) {
                done.complete(Errors.NONE);
            } else {
                LOG.info("{} was not created: {}", NAME, failure == null ? results : failure);
                done.complete(Errors.COORDINATOR_NOT_AVAILABLE);
            }
        });
    }

    /** As Kafka has them: the latest value of each key, compressed as the coordinator wrote it. */
    private Map<String, String> configs() {
        Map<String, String> configs = new HashMap<>();
        configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        configs.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
        configs.put(
                TopicConfig.SEGMENT_BYTES_CONFIG,
                Integer.toString(settings.kafkas().offsetsTopicSegmentBytes()));
        return configs;
    }
}
