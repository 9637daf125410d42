package dev.ahti.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.PartitionId;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Pages of topics and of partitions as JSON, in Kafka's words. */
final class TopicsJson {
    private TopicsJson() {}

    /** @param after the name of the last topic on the page before, or "" */
    static ObjectNode topics(ClusterImage image, String after, int limit) {
        ObjectNode shown = Json.object();
        shown.put("count", image.topics().size());
        ArrayNode topics = shown.putArray("topics");
        String last = null;
        String next = null;
        for (String name : new TreeSet<>(image.topicIds().keySet()).tailSet(after, false)) {
            if (topics.size() == limit) {
                next = last;
                break;
            }
            topic(image, image.topic(name), topics.addObject());
            last = name;
        }
        shown.put("next", next);
        return shown;
    }

    private static void topic(ClusterImage image, TopicImage topic, ObjectNode shown) {
        shown.put("name", topic.name());
        shown.put("id", topic.id().toString());
        shown.put("partitions", topic.partitions().size());
        shown.put(
                "replicationFactor",
                topic.partitions().stream()
                        .mapToInt(each -> each.replicas().size())
                        .max()
                        .orElse(0));
        shown.put(
                "outOfSync",
                topic.partitions().stream().filter(PartitionPage::isOutOfSync).count());
        shown.put(
                "offline",
                topic.partitions().stream()
                        .filter(each -> each.leader() == PartitionImage.NO_LEADER)
                        .count());
        ObjectNode configs = shown.putObject("configs");
        new TreeMap<>(image.topicConfigs(topic.name())).forEach(configs::put);
    }

    static ObjectNode partitions(ClusterImage image, PartitionPage page, Reports reports) {
        Map<PartitionId, Map<Integer, NodeReport.Size>> sizes = new HashMap<>();
        reports.byBroker().forEach((broker, report) -> report.sizes()
                .forEach(size -> sizes.computeIfAbsent(size.partition(), id -> new TreeMap<>())
                        .put(broker, size)));
        ObjectNode shown = Json.object();
        shown.put("count", page.all());
        ArrayNode partitions = shown.putArray("partitions");
        page.partitions()
                .forEach(each ->
                        partition(image, each, sizes.getOrDefault(each.id(), Map.of()), partitions.addObject()));
        shown.put("next", page.next().orElse(null));
        return shown;
    }

    private static void partition(
            ClusterImage image, PartitionImage partition, Map<Integer, NodeReport.Size> sizes, ObjectNode shown) {
        shown.put("topic", image.topic(partition.id().topicId()).name());
        ImageJson.leader(partition, shown);
        shown.put("partitionEpoch", partition.partitionEpoch());
        ImageJson.replicas(partition, shown);
        shown.put("lastKnownLeader", partition.lastKnownLeader());
        ArrayNode onDisk = shown.putArray("logs");
        sizes.forEach((broker, size) -> onDisk.addObject()
                .put("broker", broker)
                .put("logStartOffset", size.logStartOffset())
                .put("logEndOffset", size.logEndOffset())
                .put("highWatermark", size.highWatermark())
                .put("bytes", size.bytes()));
    }
}
