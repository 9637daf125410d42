package dev.ahti.metadata.image;

import dev.ahti.model.PartitionId;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * All metadata at one version. Immutable; the state of {@code PartitionMetadata} and, on every node, of its
 * {@code ImageFollower}. Changed only by {@code MetadataEvent.applyTo}.
 *
 * @param version sequence number of the last event applied
 * @param clusterId id of the cluster, or "" before the first event
 * @param metadataEpoch rises with each new holder of the singleton (rule 7)
 * @param epochId of that epoch: two of the same number differ where the journal went back; absent where an earlier version
 *     began it
 * @param configs overrides by resource: dynamic topic, broker and cluster-wide broker configs
 * @param nextProducerId first producer id that no broker has reserved
 * @param features finalized feature levels
 */
public record ClusterImage(
        long version,
        String clusterId,
        int metadataEpoch,
        Optional<Uuid> epochId,
        PMap<Integer, BrokerImage> brokers,
        PMap<Uuid, TopicImage> topics,
        PMap<String, Uuid> topicIds,
        PMap<ConfigResource, PMap<String, String>> configs,
        long nextProducerId,
        PMap<String, Short> features) {

    public static ClusterImage empty() {
        return new ClusterImage(
                0,
                "",
                0,
                Optional.empty(),
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                0,
                HashTreePMap.empty());
    }

    public Optional<BrokerImage> broker(int id) {
        return Optional.ofNullable(brokers.get(id));
    }

    public boolean isLive(int broker) {
        BrokerImage image = brokers.get(broker);
        return image != null && image.isLive();
    }

    /** The topic of that name, or null. */
    public TopicImage topic(String name) {
        Uuid id = topicIds.get(name);
        return id == null ? null : topics.get(id);
    }

    /** The topic of that id, or null. */
    public TopicImage topic(Uuid id) {
        return topics.get(id);
    }

    /** The partition, or null. */
    public PartitionImage partition(PartitionId id) {
        TopicImage topic = topics.get(id.topicId());
        return topic == null ? null : topic.partition(id.partition());
    }

    /** The partition, or null. */
    public PartitionImage partition(String topicName, int partition) {
        TopicImage topic = topic(topicName);
        return topic == null ? null : topic.partition(partition);
    }

    public Map<String, String> configs(ConfigResource resource) {
        PMap<String, String> overrides = configs.get(resource);
        return overrides == null ? Map.of() : overrides;
    }

    public Map<String, String> topicConfigs(String topicName) {
        return configs(new ConfigResource(ConfigResource.Type.TOPIC, topicName));
    }

    public ClusterImage withVersion(long newVersion) {
        return new ClusterImage(
                newVersion,
                clusterId,
                metadataEpoch,
                epochId,
                brokers,
                topics,
                topicIds,
                configs,
                nextProducerId,
                features);
    }

    public ClusterImage withEpoch(String newClusterId, int newEpoch, Optional<Uuid> newEpochId) {
        return new ClusterImage(
                version,
                newClusterId,
                newEpoch,
                newEpochId,
                brokers,
                topics,
                topicIds,
                configs,
                nextProducerId,
                features);
    }

    public ClusterImage withBroker(BrokerImage broker) {
        return withBrokers(brokers.plus(broker.id(), broker));
    }

    public ClusterImage withoutBroker(int id) {
        return withBrokers(brokers.minus(id));
    }

    private ClusterImage withBrokers(PMap<Integer, BrokerImage> newBrokers) {
        return new ClusterImage(
                version,
                clusterId,
                metadataEpoch,
                epochId,
                newBrokers,
                topics,
                topicIds,
                configs,
                nextProducerId,
                features);
    }

    public ClusterImage withTopic(TopicImage topic) {
        return withTopics(topics.plus(topic.id(), topic), topicIds.plus(topic.name(), topic.id()), configs);
    }

    /** Without the topic, its partitions and its configs. */
    public ClusterImage withoutTopic(Uuid id) {
        TopicImage topic = topics.get(id);
        return withTopics(
                topics.minus(id),
                topicIds.minus(topic.name()),
                configs.minus(new ConfigResource(ConfigResource.Type.TOPIC, topic.name())));
    }

    /** With this state of one partition, whose topic exists. */
    public ClusterImage withPartition(PartitionImage partition) {
        TopicImage topic = topics.get(partition.id().topicId());
        return withTopics(topics.plus(topic.id(), topic.with(partition)), topicIds, configs);
    }

    /** With one override set, or removed where {@code value} is null. */
    public ClusterImage withConfig(ConfigResource resource, String name, String value) {
        PMap<String, String> before = configs.getOrDefault(resource, HashTreePMap.empty());
        PMap<String, String> after = value == null ? before.minus(name) : before.plus(name, value);
        return withTopics(topics, topicIds, after.isEmpty() ? configs.minus(resource) : configs.plus(resource, after));
    }

    private ClusterImage withTopics(
            PMap<Uuid, TopicImage> newTopics,
            PMap<String, Uuid> newTopicIds,
            PMap<ConfigResource, PMap<String, String>> newConfigs) {
        return new ClusterImage(
                version,
                clusterId,
                metadataEpoch,
                epochId,
                brokers,
                newTopics,
                newTopicIds,
                newConfigs,
                nextProducerId,
                features);
    }

    public ClusterImage withNextProducerId(long next) {
        return new ClusterImage(
                version, clusterId, metadataEpoch, epochId, brokers, topics, topicIds, configs, next, features);
    }

    public ClusterImage withFeature(String name, short level) {
        return new ClusterImage(
                version,
                clusterId,
                metadataEpoch,
                epochId,
                brokers,
                topics,
                topicIds,
                configs,
                nextProducerId,
                features.plus(name, level));
    }
}
