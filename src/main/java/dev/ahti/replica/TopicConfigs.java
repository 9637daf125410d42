package dev.ahti.replica;

import dev.ahti.metadata.image.ClusterImage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * The {@link LogConfig} of each topic, one object for all topics with the same overrides: it is slow to make and large.
 */
final class TopicConfigs {
    private final Function<Map<String, String>, LogConfig> make;
    private final Map<Map<String, String>, LogConfig> made = new ConcurrentHashMap<>();

    /** @param make a topic's config from its overrides, on top of the broker's defaults of that moment */
    TopicConfigs(Function<Map<String, String>, LogConfig> make) {
        this.make = make;
    }

    LogConfig of(ClusterImage image, String topic) {
        return made.computeIfAbsent(Map.copyOf(image.topicConfigs(topic)), make);
    }

    /** The broker's defaults have changed. */
    void forget() {
        made.clear();
    }
}
