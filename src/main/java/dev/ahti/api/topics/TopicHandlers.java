package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.api.ListenerViews;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.MetadataClient;
import java.util.List;

/** The handlers of this package: topics, partitions and configs. */
public final class TopicHandlers {
    private TopicHandlers() {}

    public static List<ApiHandler<?>> create(MetadataClient metadata, CurrentBrokerConfig broker, ListenerViews views) {
        BrokerConfig started = broker.started();
        ThisBroker me = new ThisBroker(views.shownId(), views.isVirtual());
        BrokerConfigs brokerConfigs = new BrokerConfigs(broker);
        TopicConfigs topicConfigs = new TopicConfigs(broker, brokerConfigs);
        BrokerLoggers loggers = new BrokerLoggers();
        GroupConfigs groupConfigs = new GroupConfigs(started, brokerConfigs);
        ConfigAlteration alteration = new ConfigAlteration(
                metadata, new ConfigChangeRules(me, started, brokerConfigs), groupConfigs, loggers, me);
        return List.of(
                new MetadataHandler(metadata, views, started.booleanValue("auto.create.topics.enable")),
                new DescribeTopicPartitionsHandler(
                        metadata, views, started.intValue("max.request.partition.size.limit")),
                new CreateTopicsHandler(metadata, topicConfigs),
                new DeleteTopicsHandler(metadata, started.booleanValue("delete.topic.enable")),
                new CreatePartitionsHandler(metadata),
                new DescribeConfigsHandler(metadata, me, topicConfigs, brokerConfigs, groupConfigs, loggers),
                new AlterConfigsHandler(alteration),
                new IncrementalAlterConfigsHandler(alteration),
                new ListConfigResourcesHandler(metadata, views));
    }
}
