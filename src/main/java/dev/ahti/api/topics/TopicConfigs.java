package dev.ahti.api.topics;

import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.api.topics.DescribedConfig.Synonym;
import dev.ahti.metadata.image.ClusterImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/** The configs of a topic as clients are shown them: all that Kafka's {@code LogConfig} has, but its internal ones. */
final class TopicConfigs {
    private static final List<String> NAMES =
            LogConfig.nonInternalConfigNames().stream().sorted().toList();

    private final CurrentBrokerConfig broker;
    private final BrokerConfigs brokerConfigs;

    TopicConfigs(CurrentBrokerConfig broker, BrokerConfigs brokerConfigs) {
        this.broker = broker;
        this.brokerConfigs = brokerConfigs;
    }

    /** By name in order. */
    List<DescribedConfig> with(ClusterImage image, Map<String, String> overrides) {
        LogConfig config = broker.in(image).topicConfig(overrides);
        return NAMES.stream()
                .map(name -> DescribedConfig.dynamic(
                        LogConfig.configKeys().get(name), config.values().get(name), synonyms(image, name, overrides)))
                .toList();
    }

    private List<Synonym> synonyms(ClusterImage image, String name, Map<String, String> overrides) {
        List<Synonym> all = new ArrayList<>();
        if (overrides.containsKey(name)) {
            all.add(new Synonym(name, overrides.get(name), ConfigSource.TOPIC_CONFIG));
        }
        String ofBroker = ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.get(name);
        if (ofBroker != null) {
            all.addAll(brokerConfigs.synonyms(image, ofBroker));
        }
        return all;
    }
}
