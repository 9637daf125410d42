package dev.ahti.replica;

import dev.ahti.log.LogDirectory;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.model.PartitionId;
import dev.ahti.peer.EssentialActors;
import dev.ahti.replica.ReplicaStarterCommand.AwaitOpen;
import dev.ahti.replica.ReplicaStarterCommand.IncarnationChanged;
import dev.ahti.replica.ReplicaStarterCommand.ShutDown;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Scheduler;
import scala.concurrent.ExecutionContextExecutor;

/** The replicas of one broker: what the server starts and stops, and what the API handlers look them up in. */
public final class Replicas implements ObservedReplicas {
    private final ReplicaNode node;
    private final ReplicaUpkeep upkeep;
    private final ActorRef<ReplicaStarterCommand> starter;

    private Replicas(ReplicaNode node, ReplicaUpkeep upkeep, ActorRef<ReplicaStarterCommand> starter) {
        this.node = node;
        this.upkeep = upkeep;
        this.starter = starter;
    }

    /**
     * Begins to open what the image assigns to this broker, and follows the image from then on. Replicas start once this
     * node is a cluster member with the role {@code broker-<id>}.
     *
     * @param topicConfig a topic's config from its overrides; the image's dynamic broker configs change the defaults
     * @param cluster before its connections are opened
     */
    public static Replicas start(
            ActorSystem<?> system,
            int brokerId,
            Uuid incarnation,
            LogDirectory directory,
            CurrentImage image,
            Function<Map<String, String>, LogConfig> topicConfig,
            ReplicaSettings settings,
            ReplicaCluster cluster) {
        ExecutionContextExecutor disk =
                system.dispatchers().lookup(DispatcherSelector.fromConfig("ahti.log-dispatcher"));
        Scheduler scheduler = system.scheduler();
        ReplicaNode node = new ReplicaNode(
                brokerId,
                incarnation,
                directory,
                image,
                new TopicConfigs(topicConfig),
                disk,
                settings,
                cluster,
                (delay, action) -> scheduler.scheduleOnce(delay, action, system.executionContext()));
        ActorRef<ReplicaStarterCommand> starter = EssentialActors.start(
                system,
                ReplicaStarter.create(node, self -> ReplicaRegion.start(system, node, self)),
                "replica-starter");
        ReplicaUpkeep upkeep = new ReplicaUpkeep(node.table(), directory);
        upkeep.start(scheduler, disk, settings);
        upkeep.every(
                scheduler,
                system.executionContext(),
                settings.replicaLagTimeMax().dividedBy(2),
                node::checkFollowers);
        return new Replicas(node, upkeep, starter);
    }

    @Override
    public LocalReplica get(PartitionId id) {
        return node.table().get(id);
    }

    @Override
    public Collection<LocalReplica> all() {
        return node.table().all();
    }

    @Override
    public boolean isAwaited(PartitionId id) {
        return node.table().isAwaited(id);
    }

    @Override
    public Runnable onOpen(PartitionId id, Runnable known) {
        return node.table().onOpen(id, known);
    }

    @Override
    public RefusedSequences refused() {
        return node.table().refused();
    }

    @Override
    public void onLeadershipChange(Consumer<LocalReplica> listener) {
        node.table().onLeadershipChange(listener);
    }

    /**
     * Completes when the node's image has this version and every replica that it assigns here is open, or is known to be
     * one that cannot be opened: then the broker may be unfenced.
     */
    public CompletionStage<Done> allOpen(long version) {
        CompletableFuture<Done> open = new CompletableFuture<>();
        starter.tell(new AwaitOpen(version, open));
        return open;
    }

    /** The broker registers again in the same process: until the image shows the new incarnation, nothing leads. */
    public void useIncarnation(Uuid incarnation) {
        node.useIncarnation(incarnation);
        starter.tell(IncarnationChanged.INSTANCE);
    }

    /**
     * Closes all replicas, after answering whatever waits with NOT_LEADER_OR_FOLLOWER, and writes the high watermarks.
     * Fails if a log could not be closed: then the data directory is to be abandoned, not closed (rule 19).
     */
    public CompletionStage<Done> shutDown() {
        upkeep.stop();
        CompletableFuture<Done> done = new CompletableFuture<>();
        starter.tell(new ShutDown(done));
        return done.thenApplyAsync(
                closed -> {
                    try {
                        upkeep.checkpointHighWatermarks();
                        return closed;
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                node.diskExecutor());
    }
}
