package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.metadata.MetadataClient;
import java.util.List;

/** The handlers of this package: topics, partitions and configs. */
public final class TopicHandlers {
    private TopicHandlers() {}

    public static List<ApiHandler<?>> create(MetadataClient metadata, CurrentBrokerConfig broker) {
        BrokerConfigs brokerConfigs = new BrokerConfigs(broker);
        TopicConfigs topicConfigs = new TopicConfigs(broker, brokerConfigs);
        return List.of(
                new MetadataHandler(
                        metadata,
                        broker.started().nodeId(),
                        broker.started().booleanValue("auto.create.topics.enable")),
                new CreateTopicsHandler(metadata, topicConfigs));
    }
}
