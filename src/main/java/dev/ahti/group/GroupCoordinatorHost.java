package dev.ahti.group;

import com.yammer.metrics.core.MetricsRegistry;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.peer.EssentialActors;
import dev.ahti.replica.ObservedReplicas;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.HostedGroupCoordinator;
import org.apache.kafka.coordinator.group.HostedGroupCoordinator.Ground;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * This broker's part in coordinating groups: Kafka's own group coordinator for the slots that this broker leads, over the
 * replicas of {@link OffsetsTopic}. Started and stopped by the server, asked by the API handlers.
 */
public final class GroupCoordinatorHost {
    /** Requests that come while their slot is loaded wait for so long; then they are answered that it is. */
    private static final Duration LOADING_PATIENCE = Duration.ofSeconds(1);

    private final int nodeId;
    private final Executor mayBlock;
    private final SlotLogs logs;
    private final HostedGroupCoordinator coordinator;
    private final GroupCoordinator guarded;
    private final OffsetsTopic topic;
    private final GroupMetadata metadata;
    private final Metrics metrics = new Metrics();
    private final ActorRef<GroupSlots.Command> slots;

    private GroupCoordinatorHost(
            ActorSystem<?> system,
            GroupSettings settings,
            CurrentImage image,
            MetadataClient client,
            ObservedReplicas replicas,
            BooleanSupplier seesMajority) {
        mayBlock = system.dispatchers().lookup(DispatcherSelector.fromConfig("ahti.log-dispatcher"));
        nodeId = settings.nodeId();
        topic = new ReplicatedOffsetsTopic(client, settings);
        logs = new SlotLogs(this::failed);
        SlotEvents events =
                new SlotEvents(system.dispatchers().lookup(DispatcherSelector.fromConfig("ahti.group-dispatcher")));
        coordinator = HostedGroupCoordinator.create(
                settings.nodeId(),
                settings.kafkas(),
                groupConfigs(settings),
                new Ground(
                        events,
                        logs,
                        new SlotLoader(
                                logs,
                                new GroupCoordinatorRecordSerde(),
                                settings.kafkas().offsetsLoadBufferSize(),
                                events,
                                mayBlock),
                        topic::partitionFor,
                        new SystemTimerReaper("ahti-group-timer", new SystemTimer("ahti-group-timeouts")),
                        background(settings.kafkas().numBackgroundThreads()),
                        new UnrecordedMetrics(),
                        new GroupCoordinatorMetrics(new MetricsRegistry(), metrics),
                        new UnknownEndOffsets()));
        guarded = MajorityOnly.guard(coordinator, seesMajority);
        coordinator.startup(settings.kafkas()::offsetsTopicPartitions);
        metadata = new GroupMetadata(image, coordinator, mayBlock);
        metadata.start();
        slots = EssentialActors.start(system, GroupSlots.create(coordinator, logs, replicas), "group-slots");
    }

    /**
     * Once the broker is registered: coordinators may lead from the first moment that a replica does.
     *
     * @param seesMajority false while others may go on without this broker: then no request is answered (rule 16)
     */
    public static GroupCoordinatorHost start(
            ActorSystem<?> system,
            GroupSettings settings,
            CurrentImage image,
            MetadataClient client,
            ObservedReplicas replicas,
            BooleanSupplier seesMajority) {
        return new GroupCoordinatorHost(system, settings, image, client, replicas, seesMajority);
    }

    private static GroupConfigManager groupConfigs(GroupSettings settings) {
        ShareGroupConfig shares = GroupSettings.defaultsOfShareGroups();
        return new GroupConfigManager(settings.kafkas().extractGroupConfigMap(shares), settings.kafkas(), shares);
    }

    /** Threads that are there only while there is such work. */
    private static ExecutorService background(int threads) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "ahti-group-background");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * For groups whose slot this broker leads; NOT_COORDINATOR for others, COORDINATOR_LOAD_IN_PROGRESS while a slot is
     * loaded. The same error as the failure of the future where this broker may be cut off. May be called from any thread;
     * answers come on the coordinators' threads.
     */
    public GroupCoordinator coordinator() {
        return guarded;
    }

    /**
     * For a group that this broker coordinates, by its image: completes when its slot is loaded, or has not been for a
     * second. Complete already for all others.
     */
    public CompletableFuture<Void> loaded(String group) {
        int slot = topic.partitionFor(group);
        if (logs.inService().has(slot) || topic.leaderOf(slot).orElse(-1) != nodeId) {
            return CompletableFuture.completedFuture(null);
        }
        return logs.inService()
                .change(slot)
                .completeOnTimeout(null, LOADING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .thenRunAsync(() -> {}, mayBlock);
    }

    public OffsetsTopic topic() {
        return topic;
    }

    private void failed(SlotLog log) {
        slots.tell(new GroupSlots.Failed(log));
    }

    /** Whatever waits is answered with NOT_COORDINATOR. Before the replicas stop. */
    public CompletionStage<Done> stop() {
        metadata.stop();
        CompletableFuture<Done> electsNoMore = new CompletableFuture<>();
        slots.tell(new GroupSlots.Stop(electsNoMore));
        return electsNoMore.thenApplyAsync(
                done -> {
                    coordinator.shutdown();
                    metrics.close();
                    return done;
                },
                mayBlock);
    }
}
