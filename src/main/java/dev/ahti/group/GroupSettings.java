package dev.ahti.group;

import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

/**
 * The settings of this package.
 *
 * @param kafkas those that Kafka's coordinator reads itself
 * @param offsetsTopicReplicationFactor {@code offsets.topic.replication.factor}, but never more than the cluster is to have
 *     brokers
 */
public record GroupSettings(int nodeId, GroupCoordinatorConfig kafkas, short offsetsTopicReplicationFactor) {}
