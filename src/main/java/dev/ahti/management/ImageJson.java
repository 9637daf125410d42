package dev.ahti.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.Comparator;

/** The image as JSON for people: sorted, in Kafka's words. */
final class ImageJson {
    private ImageJson() {}

    static String of(ClusterImage image) {
        ObjectNode shown = Json.object();
        shown.put("clusterId", image.clusterId());
        shown.put("version", image.version());
        ArrayNode brokers = shown.putArray("brokers");
        image.brokers().values().stream()
                .sorted(Comparator.comparingInt(BrokerImage::id))
                .forEach(broker -> describe(broker, brokers.addObject()));
        ArrayNode topics = shown.putArray("topics");
        image.topics().values().stream()
                .sorted(Comparator.comparing(TopicImage::name))
                .forEach(topic -> describe(topic, topics.addObject()));
        return Json.text(shown);
    }

    private static void describe(BrokerImage broker, ObjectNode shown) {
        shown.put("id", broker.id());
        broker.rack().ifPresent(rack -> shown.put("rack", rack));
        ArrayNode endpoints = shown.putArray("endpoints");
        broker.endpoints().forEach(endpoint -> endpoints.add(endpoint.toString()));
        shown.put("fenced", broker.fenced());
        shown.put("shuttingDown", broker.shuttingDown());
    }

    private static void describe(TopicImage topic, ObjectNode shown) {
        shown.put("name", topic.name());
        shown.put("id", topic.id().toString());
        ArrayNode partitions = shown.putArray("partitions");
        topic.partitions().forEach(partition -> describe(partition, partitions.addObject()));
    }

    private static void describe(PartitionImage partition, ObjectNode shown) {
        leader(partition, shown);
        replicas(partition, shown);
    }

    static void leader(PartitionImage partition, ObjectNode shown) {
        shown.put("partition", partition.id().partition());
        shown.put("leader", partition.leader());
        shown.put("leaderEpoch", partition.leaderEpoch());
    }

    static void replicas(PartitionImage partition, ObjectNode shown) {
        Json.numbers(shown.putArray("replicas"), partition.replicas());
        Json.numbers(shown.putArray("isr"), partition.isrBrokers());
        Json.numbers(shown.putArray("elr"), partition.elr());
    }
}
