package dev.ahti.group;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/**
 * The settings of this package.
 *
 * @param kafkas those that Kafka's coordinator reads itself
 * @param offsetsTopicReplicationFactor {@code offsets.topic.replication.factor}, but never more than the cluster is to have
 *     brokers
 */
public record GroupSettings(int nodeId, GroupCoordinatorConfig kafkas, short offsetsTopicReplicationFactor) {

    /** Of share groups, which are not served yet; but Kafka's coordinator wants to know of them. */
    public static ShareGroupConfig defaultsOfShareGroups() {
        return new ShareGroupConfig(new AbstractConfig(
                Utils.mergeConfigs(List.of(ShareGroupConfig.CONFIG_DEF, GroupCoordinatorConfig.CONFIG_DEF)), Map.of()));
    }
}
