package dev.ahti.config;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

/** Consumer groups, as Kafka's own coordinator understands them. Its threads are ours, so that it has none to set. */
final class GroupSettings {
    private GroupSettings() {}

    static void define(ConfigDef settings) {
        Definitions.asInKafka(
                settings,
                GroupCoordinatorConfig.CONFIG_DEF,
                "offsets.topic.num.partitions",
                "offsets.topic.segment.bytes",
                "offsets.topic.compression.codec",
                "offsets.commit.timeout.ms",
                "offsets.load.buffer.size",
                "offsets.retention.minutes",
                "offsets.retention.check.interval.ms",
                "offset.metadata.max.bytes",
                "group.coordinator.append.linger.ms",
                "group.coordinator.background.threads",
                "group.coordinator.cached.buffer.max.bytes",
                "group.initial.rebalance.delay.ms",
                "group.max.session.timeout.ms",
                "group.max.size",
                "group.min.session.timeout.ms",
                "group.consumer.assignment.interval.ms",
                "group.consumer.assignors",
                "group.consumer.heartbeat.interval.ms",
                "group.consumer.max.assignment.interval.ms",
                "group.consumer.max.heartbeat.interval.ms",
                "group.consumer.max.session.timeout.ms",
                "group.consumer.max.size",
                "group.consumer.migration.policy",
                "group.consumer.min.assignment.interval.ms",
                "group.consumer.min.heartbeat.interval.ms",
                "group.consumer.min.session.timeout.ms",
                "group.consumer.session.timeout.ms");
        Definitions.setting(
                settings,
                "offsets.topic.replication.factor",
                ConfigDef.Type.SHORT,
                (short) 3,
                ConfigDef.Range.atLeast(1),
                "The replication factor of the offsets topic, but never more than the cluster is to have brokers"
                        + " (`ahti.cluster.contact-points`, `ahti.cluster.brokers`). The topic is created once so many"
                        + " are registered; until then no group has a coordinator.");
        Definitions.setting(
                settings,
                "ahti.group.settling.heartbeat.interval.ms",
                ConfigDef.Type.INT,
                500,
                ConfigDef.Range.atLeast(0),
                "The heartbeat interval given to the members of a group (`group.protocol=consumer`) while their assignments"
                        + " change, where it is shorter than the group's own: what a member may take once another has"
                        + " given it up, it hears at a heartbeat. 0: the group's own, always, as in Kafka.");
    }
}
