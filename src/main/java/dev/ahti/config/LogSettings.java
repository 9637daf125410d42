package dev.ahti.config;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Partitions on disk: the defaults of topic configs, and what holds for all partitions of the broker. */
final class LogSettings {
    private LogSettings() {}

    static void define(ConfigDef settings) {
        topicDefaults(settings);
        Definitions.asInKafka(
                settings,
                LogConfig.SERVER_CONFIG_DEF,
                "log.retention.check.interval.ms",
                "log.flush.offset.checkpoint.interval.ms",
                "log.flush.start.offset.checkpoint.interval.ms");
        Definitions.setting(
                settings,
                "ahti.stray.retention",
                ConfigDef.Type.LONG,
                TimeUnit.DAYS.toMillis(7),
                Range.atLeast(0),
                "How long, in milliseconds, directories of partitions are kept that no topic claims any more.");
    }

    private static void topicDefaults(ConfigDef settings) {
        Definitions.asInKafka(
                settings,
                LogConfig.SERVER_CONFIG_DEF,
                "log.cleanup.policy",
                "log.flush.interval.messages",
                "log.flush.interval.ms",
                "log.flush.scheduler.interval.ms",
                "log.index.interval.bytes",
                "log.index.size.max.bytes",
                "log.message.timestamp.after.max.ms",
                "log.message.timestamp.before.max.ms",
                "log.message.timestamp.type",
                "log.preallocate",
                "log.retention.bytes",
                "log.retention.hours",
                "log.retention.minutes",
                "log.retention.ms",
                "log.roll.hours",
                "log.roll.jitter.hours",
                "log.roll.jitter.ms",
                "log.roll.ms",
                "log.segment.bytes",
                "log.segment.delete.delay.ms",
                "min.insync.replicas");
        Definitions.asInKafka(
                settings,
                CleanerConfig.CONFIG_DEF,
                "log.cleaner.delete.retention.ms",
                "log.cleaner.max.compaction.lag.ms",
                "log.cleaner.min.cleanable.ratio",
                "log.cleaner.min.compaction.lag.ms");
        Definitions.asInKafka(
                settings,
                ServerConfigs.CONFIG_DEF,
                "compression.type",
                "compression.gzip.level",
                "compression.lz4.level",
                "compression.zstd.level",
                "message.max.bytes");
        Definitions.setting(
                settings,
                "unclean.leader.election.enable",
                ConfigDef.Type.BOOLEAN,
                false,
                "Whether a replica outside the in-sync replicas may lead where nothing else is left, at the price of"
                        + " acknowledged records.");
    }
}
