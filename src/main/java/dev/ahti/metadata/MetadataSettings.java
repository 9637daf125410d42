package dev.ahti.metadata;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The numbers of this package.
 *
 * @param topicDefaults defaults of the topic configs by topic config name
 * @param brokerConfigs definitions of the broker configs
 * @param dynamicBrokerConfigs those of them that may be changed while brokers run
 * @param sessionTimeout after which a silent broker is fenced
 * @param maxWaitingRequests requests waiting behind a persist; further ones are refused with a retriable error
 * @param recentEvents events kept in memory for followers that missed some; who lacks more gets a snapshot
 * @param snapshotEvery events between two snapshots
 * @param retryBackoff wait before another try after the database failed, doubled up to eight times this
 * @param journalPatience how long the journal may be out of the singleton's reach, and in that of another node, before the
 *     singleton's node stops
 * @param leaderRebalance how often preferred leaders get back what they should lead; empty for never
 */
public record MetadataSettings(
        int numPartitions,
        short defaultReplicationFactor,
        Map<String, Object> topicDefaults,
        ConfigDef brokerConfigs,
        Set<String> dynamicBrokerConfigs,
        Duration heartbeatInterval,
        Duration sessionTimeout,
        int maxWaitingRequests,
        int recentEvents,
        int snapshotEvery,
        Duration retryBackoff,
        Duration journalPatience,
        Optional<Duration> leaderRebalance) {

    /** Newest events that this code reads and writes: {@code ahti.metadata.version}. */
    public static final short METADATA_VERSION = 1;

    public static final String METADATA_VERSION_FEATURE = "ahti.metadata.version";

    /** Kafka's features by name, each at the only level that it has here. */
    public static final Map<String, Short> KAFKA_FEATURES = Map.of(
            MetadataVersion.FEATURE_NAME, MetadataVersion.LATEST_PRODUCTION.featureLevel(),
            GroupVersion.FEATURE_NAME, GroupVersion.LATEST_PRODUCTION.featureLevel());

    public static final int PRODUCER_IDS_BLOCK = 1000;

    public MetadataSettings {
        topicDefaults = Map.copyOf(topicDefaults);
        dynamicBrokerConfigs = Set.copyOf(dynamicBrokerConfigs);
    }

    /** With our usual times and bounds. */
    public static MetadataSettings of(
            int numPartitions,
            short defaultReplicationFactor,
            Map<String, Object> topicDefaults,
            ConfigDef brokerConfigs,
            Set<String> dynamicBrokerConfigs) {
        return new MetadataSettings(
                numPartitions,
                defaultReplicationFactor,
                topicDefaults,
                brokerConfigs,
                dynamicBrokerConfigs,
                Duration.ofMillis(500),
                Duration.ofSeconds(3),
                1000,
                20_000,
                2000,
                Duration.ofMillis(200),
                Duration.ofSeconds(20),
                Optional.of(Duration.ofSeconds(300)));
    }
}
