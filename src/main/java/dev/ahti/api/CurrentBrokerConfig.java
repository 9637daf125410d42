package dev.ahti.api;

import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.image.ClusterImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;

/**
 * This broker's settings as they are now: those that it started with, and over them the dynamic ones of the image
 * (KIP-226), first the cluster's and then its own. Safe for any thread.
 */
public final class CurrentBrokerConfig {
    private final BrokerConfig started;
    private volatile Merged latest;

    public CurrentBrokerConfig(BrokerConfig started) {
        this.started = started;
        this.latest = new Merged(Map.of(), Map.of(), started);
    }

    /** As given at start. */
    public BrokerConfig started() {
        return started;
    }

    public BrokerConfig in(ClusterImage image) {
        Map<String, String> clusters = clusters(image);
        Map<String, String> own = own(image);
        Merged merged = latest;
        if (!merged.clusters().equals(clusters) || !merged.own().equals(own)) {
            merged = merge(clusters, own);
            latest = merged;
        }
        return merged.config();
    }

    private Merged merge(Map<String, String> clusters, Map<String, String> own) {
        Map<String, String> changes = new HashMap<>(clusters);
        changes.putAll(own);
        return new Merged(clusters, own, changes.isEmpty() ? started : started.with(changes));
    }

    /** Settings that can change while brokers run: the defaults of topic configs, as in Kafka. */
    public static Set<String> dynamicNames(ConfigDef definitions) {
        return ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.values().stream()
                .filter(definitions.configKeys()::containsKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Dynamic settings of all brokers. */
    public Map<String, String> clusters(ClusterImage image) {
        return image.configs(new ConfigResource(ConfigResource.Type.BROKER, ""));
    }

    /** Dynamic settings of this broker alone. */
    public Map<String, String> own(ClusterImage image) {
        return image.configs(new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(started.nodeId())));
    }

    private record Merged(Map<String, String> clusters, Map<String, String> own, BrokerConfig config) {}
}
