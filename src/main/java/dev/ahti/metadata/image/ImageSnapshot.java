package dev.ahti.metadata.image;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.TreePVector;

/**
 * {@link ClusterImage} as it is stored and sent: plain lists. A storage format like the events: a field that an earlier
 * version cannot do without is added with a higher {@code format}, others as an Optional; none is ever renamed.
 *
 * @param format {@link #FORMAT} when it was written
 */
public record ImageSnapshot(
        int format,
        long version,
        String clusterId,
        int metadataEpoch,
        Optional<Uuid> epochId,
        List<BrokerImage> brokers,
        List<Topic> topics,
        List<Configs> configs,
        long nextProducerId,
        Map<String, Short> features) {

    public static final int FORMAT = 1;

    /** @param partitions in order of their numbers */
    public record Topic(Uuid id, String name, List<PartitionImage> partitions) {}

    public record Configs(ConfigResource.Type resourceType, String resourceName, Map<String, String> values) {}

    public static ImageSnapshot of(ClusterImage image) {
        return new ImageSnapshot(
                FORMAT,
                image.version(),
                image.clusterId(),
                image.metadataEpoch(),
                image.epochId(),
                image.brokers().values().stream()
                        .sorted(Comparator.comparingInt(BrokerImage::id))
                        .toList(),
                image.topics().values().stream()
                        .sorted(Comparator.comparing(TopicImage::name))
                        .map(topic -> new Topic(topic.id(), topic.name(), List.copyOf(topic.partitions())))
                        .toList(),
                image.configs().entrySet().stream()
                        .map(each ->
                                new Configs(each.getKey().type(), each.getKey().name(), new TreeMap<>(each.getValue())))
                        .sorted(Comparator.comparing(Configs::resourceType).thenComparing(Configs::resourceName))
                        .toList(),
                image.nextProducerId(),
                new TreeMap<>(image.features()));
    }

    /** @throws IllegalStateException if a newer version of Ahti wrote it */
    public ClusterImage toImage() {
        if (format > FORMAT) {
            throw new IllegalStateException(
                    "the metadata snapshot has format " + format + ", this version of Ahti reads up to " + FORMAT);
        }
        PMap<Integer, BrokerImage> brokerMap = HashTreePMap.empty();
        for (BrokerImage broker : brokers) {
            brokerMap = brokerMap.plus(broker.id(), broker);
        }
        PMap<Uuid, TopicImage> topicMap = HashTreePMap.empty();
        PMap<String, Uuid> topicIds = HashTreePMap.empty();
        for (Topic topic : topics) {
            topicMap = topicMap.plus(
                    topic.id(), new TopicImage(topic.id(), topic.name(), TreePVector.from(topic.partitions())));
            topicIds = topicIds.plus(topic.name(), topic.id());
        }
        PMap<ConfigResource, PMap<String, String>> configMap = HashTreePMap.empty();
        for (Configs each : configs) {
            configMap = configMap.plus(
                    new ConfigResource(each.resourceType(), each.resourceName()), HashTreePMap.from(each.values()));
        }
        return new ClusterImage(
                version,
                clusterId,
                metadataEpoch,
                epochId,
                brokerMap,
                topicMap,
                topicIds,
                configMap,
                nextProducerId,
                HashTreePMap.from(features));
    }
}
