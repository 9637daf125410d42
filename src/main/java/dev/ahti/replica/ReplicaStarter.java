package dev.ahti.replica;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.ConfigChanged;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import dev.ahti.replica.ReplicaStarterCommand.AwaitOpen;
import dev.ahti.replica.ReplicaStarterCommand.ImageChanged;
import dev.ahti.replica.ReplicaStarterCommand.IncarnationChanged;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaFailed;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaOpened;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStarted;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStopped;
import dev.ahti.replica.ReplicaStarterCommand.ShutDown;
import dev.ahti.replica.ReplicaStarterCommand.Tick;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One for each node: keeps the {@link PartitionReplica}s that run here in step with the node's image. It starts what the
 * image assigns to this broker, through the shard region; tells the others that the image has changed; and closes what is
 * assigned no more.
 */
final class ReplicaStarter extends AbstractBehavior<ReplicaStarterCommand> {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStarter.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    private final ReplicaNode node;
    private final TimerScheduler<ReplicaStarterCommand> timers;
    private final StartedReplicas replicas;
    private final List<AwaitOpen> awaitingOpen = new ArrayList<>();
    private ClusterImage seen = ClusterImage.empty();
    private ShutDown shutDown;

    private ReplicaStarter(
            ActorContext<ReplicaStarterCommand> context,
            TimerScheduler<ReplicaStarterCommand> timers,
            ReplicaNode node,
            ReplicaLauncher launcher) {
        super(context);
        this.node = node;
        this.timers = timers;
        this.replicas = new StartedReplicas(launcher);
    }

    /** @param launchers makes what sends the start of a replica, given whom the replica is to report to */
    static Behavior<ReplicaStarterCommand> create(
            ReplicaNode node, Function<ActorRef<ReplicaStarterCommand>, ReplicaLauncher> launchers) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            ActorRef<ReplicaStarterCommand> self = context.getSelf();
            ReplicaStarter starter = new ReplicaStarter(context, timers, node, launchers.apply(self));
            node.image().onChange((before, after) -> self.tell(ImageChanged.INSTANCE));
            self.tell(ImageChanged.INSTANCE);
            return starter;
        }));
    }

    @Override
    public Receive<ReplicaStarterCommand> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(ImageChanged.INSTANCE, this::onImage)
                .onMessageEquals(IncarnationChanged.INSTANCE, this::onIncarnation)
                .onMessage(AwaitOpen.class, this::onAwaitOpen)
                .onMessage(ShutDown.class, this::onShutDown)
                .onMessage(ReplicaStarted.class, message -> {
                    replicas.started(message.id(), message.actor());
                    return this;
                })
                .onMessage(ReplicaOpened.class, message -> settled(message.id(), false))
                .onMessage(ReplicaFailed.class, message -> settled(message.id(), true))
                .onMessage(ReplicaStopped.class, this::onStopped)
                .onMessageEquals(Tick.INSTANCE, this::onTick)
                .build();
    }

    @SuppressWarnings(
            "ReferenceEquality") // Unchanged parts of an image are the same objects; to compare them is too slow.
    private Behavior<ReplicaStarterCommand> onImage() {
        // Whatever was shown since the last look is taken in one step; its later announcements then find nothing new.
        ClusterImage before = seen;
        ClusterImage now = node.image().get();
        if (shutDown != null || now == before) {
            return this;
        }
        seen = now;
        if (before.topics() != now.topics()) {
            before.topics().values().stream()
                    .filter(topic -> !now.topics().containsKey(topic.id()))
                    .forEach(topic -> topicIsGone(topic));
            now.topics().values().forEach(topic -> topicShown(before.topic(topic.id()), topic));
        }
        if (before.configs() != now.configs()) {
            configsShown(before, now);
        }
        if (before.brokers() != now.brokers()) {
            // One that is live again may join an ISR.
            node.checkFollowers();
        }
        replicas.launch();
        tickWhileOpening();
        completeOpen();
        return this;
    }

    private void topicIsGone(TopicImage topic) {
        for (PartitionImage partition : topic.partitions()) {
            replicas.tell(partition.id(), MetadataChanged.INSTANCE);
            replicas.close(partition.id(), Close.DELETE_FILES);
        }
    }

    @SuppressWarnings("ReferenceEquality") // As above.
    private void topicShown(TopicImage before, TopicImage now) {
        if (before == now) {
            return;
        }
        for (PartitionImage partition : now.partitions()) {
            PartitionId id = partition.id();
            if (before != null && before.partition(id.partition()) == partition) {
                continue;
            }
            if (partition.hasReplica(node.brokerId())) {
                replicas.want(id, new TopicPartition(now.name(), id.partition()));
                replicas.tell(id, MetadataChanged.INSTANCE);
            } else {
                replicas.close(id, Close.KEEP_FILES);
            }
        }
    }

    /** A default of this broker concerns every topic, an override its own one. */
    private void configsShown(ClusterImage before, ClusterImage now) {
        boolean defaults = changed(before, now, new ConfigResource(ConfigResource.Type.BROKER, ""))
                || changed(
                        before, now, new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(node.brokerId())));
        if (defaults) {
            node.configs().forget();
        }
        for (ReplicaHandle replica : node.table().handles()) {
            String topic = replica.log().topicPartition().topic();
            if (defaults || changed(before, now, new ConfigResource(ConfigResource.Type.TOPIC, topic))) {
                LogConfig config = node.configs().of(now, topic);
                replica.actor().tell(new ConfigChanged(config));
            }
        }
    }

    private static boolean changed(ClusterImage before, ClusterImage now, ConfigResource resource) {
        return !before.configs(resource).equals(now.configs(resource));
    }

    private Behavior<ReplicaStarterCommand> onIncarnation() {
        node.table().handles().forEach(replica -> replica.actor().tell(MetadataChanged.INSTANCE));
        return this;
    }

    private Behavior<ReplicaStarterCommand> settled(PartitionId id, boolean failed) {
        replicas.settled(id, failed);
        completeOpen();
        return this;
    }

    private Behavior<ReplicaStarterCommand> onStopped(ReplicaStopped message) {
        replicas.stopped(message.id(), message.clean());
        replicas.launch();
        tickWhileOpening();
        completeShutDown();
        return this;
    }

    private Behavior<ReplicaStarterCommand> onAwaitOpen(AwaitOpen message) {
        awaitingOpen.add(message);
        completeOpen();
        return this;
    }

    private void completeOpen() {
        if (!awaitingOpen.isEmpty() && replicas.opening() == 0) {
            awaitingOpen.removeIf(
                    one -> one.version() <= seen.version() && one.open().complete(Done.getInstance()));
        }
    }

    private Behavior<ReplicaStarterCommand> onTick() {
        if (!replicas.awaitsAnswers() || shutDown != null) {
            timers.cancel(Tick.INSTANCE);
            return this;
        }
        if (replicas.opening() > 0) {
            LOG.info("{} of {} replicas are open", replicas.size() - replicas.opening(), replicas.size());
        }
        // What is sent to a region whose shard has no home yet may be lost.
        replicas.launchAgain();
        return this;
    }

    private void tickWhileOpening() {
        if (replicas.opening() > 0 && !timers.isTimerActive(Tick.INSTANCE)) {
            timers.startTimerWithFixedDelay(Tick.INSTANCE, Tick.INSTANCE, TICK);
        }
    }

    private Behavior<ReplicaStarterCommand> onShutDown(ShutDown message) {
        if (shutDown == null) {
            shutDown = message;
            node.table().shutDown();
            replicas.closeAll();
        } else {
            CompletableFuture<Done> again = message.done();
            shutDown.done().whenComplete((done, failure) -> {
                if (failure == null) {
                    again.complete(done);
                } else {
                    again.completeExceptionally(failure);
                }
            });
        }
        completeShutDown();
        return this;
    }

    private void completeShutDown() {
        if (shutDown == null || replicas.size() > 0) {
            return;
        }
        if (replicas.allClosedCleanly()) {
            shutDown.done().complete(Done.getInstance());
        } else {
            shutDown.done().completeExceptionally(new IllegalStateException("not every log could be closed"));
        }
    }

    /** Sends the start of a replica to wherever its entity belongs. */
    interface ReplicaLauncher {
        void launch(PartitionId id);
    }
}
