package dev.ahti.config;

import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;

/** Sessions of brokers, and how replicas keep up. */
final class ReplicationSettings {
    private ReplicationSettings() {}

    static void define(ConfigDef settings) {
        Definitions.setting(
                settings,
                "broker.heartbeat.interval.ms",
                ConfigDef.Type.INT,
                500,
                atLeast(50),
                "How often a broker reports to the metadata. Kafka's default is 2000: ours finds a broker that is cut"
                        + " off sooner, at a small cost.");
        Definitions.setting(
                settings,
                "broker.session.timeout.ms",
                ConfigDef.Type.INT,
                3_000,
                atLeast(500),
                "A broker that has not reported for so many milliseconds is fenced: it leads nothing and leaves every"
                        + " ISR. Kafka's default is 9000. A process that dies is noticed at once, without this.");
        Definitions.setting(
                settings,
                "replica.lag.time.max.ms",
                ConfigDef.Type.LONG,
                30_000L,
                atLeast(1),
                "A follower that has not caught up for so many milliseconds leaves the ISR.");
        Definitions.setting(
                settings,
                "replica.high.watermark.checkpoint.interval.ms",
                ConfigDef.Type.LONG,
                5_000L,
                atLeast(1),
                "How often high watermarks are written to disk.");
        Definitions.setting(
                settings,
                "auto.leader.rebalance.enable",
                ConfigDef.Type.BOOLEAN,
                true,
                null,
                "Whether a partition is led by its first replica again, some time after that has come back.");
        Definitions.setting(
                settings,
                "leader.imbalance.check.interval.seconds",
                ConfigDef.Type.LONG,
                300L,
                atLeast(1),
                "How often `auto.leader.rebalance.enable` looks for partitions to move.");
        Definitions.setting(
                settings,
                "ahti.replication.port",
                ConfigDef.Type.INT,
                2552,
                between(0, Definitions.MAX_PORT),
                "Port at `ahti.cluster.host` for records between brokers; 0 is a free one.");
    }
}
