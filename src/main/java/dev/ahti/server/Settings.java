package dev.ahti.server;

import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.config.BrokerConfig;
import dev.ahti.group.GroupSettings;
import dev.ahti.log.LogSettings;
import dev.ahti.metadata.MetadataSettings;
import dev.ahti.replica.ReplicaSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

/** Fills the settings of the packages that do not know {@link BrokerConfig}. */
final class Settings {
    private static final int MAX_WAITING_REQUESTS = 1000;
    private static final int RECENT_EVENTS = 20_000;
    private static final int SNAPSHOT_EVERY = 2000;
    private static final Duration RETRY_BACKOFF = Duration.ofMillis(200);
    private static final Duration JOURNAL_PATIENCE = Duration.ofSeconds(20);

    private Settings() {}

    static LogSettings log(BrokerConfig config, ScheduledExecutorService background) {
        return new LogSettings(
                config.intValue("producer.id.expiration.ms"),
                config.longValue("ahti.stray.retention"),
                Time.SYSTEM,
                background);
    }

    static MetadataSettings metadata(BrokerConfig config) {
        return new MetadataSettings(
                config.intValue("num.partitions"),
                (short) config.intValue("default.replication.factor"),
                config.topicDefaults(),
                config.definitions(),
                CurrentBrokerConfig.dynamicNames(config.definitions()),
                Duration.ofMillis(config.intValue("broker.heartbeat.interval.ms")),
                Duration.ofMillis(config.intValue("broker.session.timeout.ms")),
                MAX_WAITING_REQUESTS,
                RECENT_EVENTS,
                SNAPSHOT_EVERY,
                RETRY_BACKOFF,
                JOURNAL_PATIENCE,
                config.booleanValue("auto.leader.rebalance.enable")
                        ? Optional.of(Duration.ofSeconds(config.longValue("leader.imbalance.check.interval.seconds")))
                        : Optional.empty());
    }

    /** @param clusterSize brokers that the cluster is to have: more replicas than that would never be there */
    static GroupSettings groups(BrokerConfig config, int clusterSize) {
        GroupCoordinatorConfig kafkas = config.groupCoordinatorConfig();
        return new GroupSettings(
                config.nodeId(), kafkas, (short) Math.min(kafkas.offsetsTopicReplicationFactor(), clusterSize));
    }

    static ReplicaSettings replica(BrokerConfig config) {
        ReplicaSettings usual = ReplicaSettings.defaults();
        return new ReplicaSettings(
                Duration.ofMillis(config.longValue("replica.high.watermark.checkpoint.interval.ms")),
                Duration.ofMillis(config.intValue("log.flush.offset.checkpoint.interval.ms")),
                Duration.ofMillis(config.intValue("log.flush.start.offset.checkpoint.interval.ms")),
                Duration.ofMillis(config.longValue("log.retention.check.interval.ms")),
                usual.firstRetentionCheck(),
                usual.flushCheckInterval(),
                Duration.ofMillis(config.longValue("replica.lag.time.max.ms")),
                Duration.ofMillis(config.intValue("broker.session.timeout.ms")));
    }
}
