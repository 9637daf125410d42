package org.apache.kafka.coordinator.group;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEventProcessor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetrics;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.apache.kafka.server.util.PartitionMetadataClient;
import org.apache.kafka.server.util.timer.Timer;

/**
 * Kafka's group coordinator on threads and over a log that are not Kafka's. It is in Kafka's package because only there the
 * service can be made with another event processor than that of Kafka's own threads.
 */
public final class HostedGroupCoordinator extends GroupCoordinatorService {
    private final ToIntFunction<String> partitions;

    /**
     * What Kafka's coordinator stands on.
     *
     * @param partitions the slot of a group
     * @param background for what takes long: regular expressions over all topics, assignments
     */
    public record Ground(
            CoordinatorEventProcessor events,
            PartitionWriter writer,
            CoordinatorLoader<CoordinatorRecord> loader,
            ToIntFunction<String> partitions,
            Timer timer,
            ExecutorService background,
            CoordinatorRuntimeMetrics runtimeMetrics,
            GroupCoordinatorMetrics metrics,
            PartitionMetadataClient endOffsets) {}

    private HostedGroupCoordinator(
            LogContext logContext,
            GroupCoordinatorConfig config,
            CoordinatorRuntime<GroupCoordinatorShard, CoordinatorRecord> runtime,
            GroupConfigManager groupConfigs,
            Ground ground) {
        super(
                logContext,
                config,
                runtime,
                ground.metrics(),
                groupConfigs,
                new NoOpStatePersister(),
                ground.timer(),
                ground.endOffsets());
        this.partitions = ground.partitions();
    }

    public static HostedGroupCoordinator create(
            int nodeId, GroupCoordinatorConfig config, GroupConfigManager groupConfigs, Ground ground) {
        String name = "GroupCoordinator id=" + nodeId;
        LogContext logContext = new LogContext("[" + name + "] ");
        CoordinatorRuntime<GroupCoordinatorShard, CoordinatorRecord> runtime = new CoordinatorRuntime.Builder<
                        GroupCoordinatorShard, CoordinatorRecord>()
                .withTime(Time.SYSTEM)
                .withTimer(ground.timer())
                .withLogPrefix(name)
                .withLogContext(logContext)
                .withEventProcessor(ground.events())
                .withPartitionWriter(ground.writer())
                .withLoader(ground.loader())
                .withCoordinatorShardBuilderSupplier(() ->
                        new GroupCoordinatorShard.Builder(config, groupConfigs).withAuthorizerPlugin(Optional.empty()))
                .withWriteTimeout(Duration.ofMillis(config.offsetCommitTimeoutMs()))
                .withCoordinatorRuntimeMetrics(ground.runtimeMetrics())
                .withCoordinatorMetrics(ground.metrics())
                .withSerializer(new GroupCoordinatorRecordSerde())
                .withCompression(
                        Compression.of(config.offsetTopicCompressionType()).build())
                .withAppendLingerMs(config.appendLingerMs())
                .withExecutorService(ground.background())
                .withCachedBufferMaxBytesSupplier(config::cachedBufferMaxBytes)
                .build();
        return new HostedGroupCoordinator(logContext, config, runtime, groupConfigs, ground);
    }

    /** As the topic is now: Kafka asks once, at start, when it may not exist yet. */
    @Override
    public int partitionFor(String groupId) {
        return partitions.applyAsInt(groupId);
    }
}
