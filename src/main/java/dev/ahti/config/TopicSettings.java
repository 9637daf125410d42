package dev.ahti.config;

import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/** How topics are made, and what a request may ask of them. */
final class TopicSettings {
    private TopicSettings() {}

    static void define(ConfigDef settings) {
        Definitions.asInKafka(settings, LogConfig.SERVER_CONFIG_DEF, "num.partitions", "auto.create.topics.enable");
        Definitions.setting(
                settings,
                "default.replication.factor",
                ConfigDef.Type.INT,
                1,
                between(1, Short.MAX_VALUE),
                "Replicas of each partition of a topic that is created automatically, or with replication factor -1.");
        Definitions.asInKafka(
                settings,
                ServerConfigs.CONFIG_DEF,
                "delete.topic.enable",
                "fetch.max.bytes",
                "max.incremental.fetch.session.cache.slots",
                "max.request.partition.size.limit");
        Definitions.setting(
                settings,
                "producer.id.expiration.ms",
                ConfigDef.Type.INT,
                86_400_000,
                atLeast(1),
                "A partition forgets an idempotent producer that has not written for so many milliseconds.");
    }
}
