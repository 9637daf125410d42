package dev.ahti.replica;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.Opened;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaFailed;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStarted;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStopped;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One broker's replica of one partition: the only writer of its log. Started and told of changes by the node's {@link
 * ReplicaStarter}; requests reach it through its {@link ReplicaHandle}.
 *
 * <pre>
 *   recovering --- log open ---> following(leader, epoch) <--- the image ---> leading(epoch)
 *       |                               |                                        |
 *       |                               +------- the log failed -----------------+
 *       |                               v                                        |
 *       +--- cannot be opened ---> offline (KAFKA_STORAGE_ERROR)                 |
 *       |                               |                                        |
 *       +-----------------------------> closing, when told so <------------------+
 * </pre>
 *
 * This class holds recovering, and offline where there is no log; {@link ServingReplica} the rest.
 */
final class PartitionReplica {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionReplica.class);

    private final ActorContext<PartitionReplicaCommand> context;
    private final TimerScheduler<PartitionReplicaCommand> timers;
    private final ReplicaNode node;
    private final PartitionId id;
    private final TopicPartition name;
    private final ActorRef<ReplicaStarterCommand> starter;
    private final DiskWork<PartitionReplicaCommand> disk;
    private Close closeWhenOpen;

    private PartitionReplica(
            ActorContext<PartitionReplicaCommand> context,
            TimerScheduler<PartitionReplicaCommand> timers,
            ReplicaNode node,
            PartitionId id,
            TopicPartition name,
            ActorRef<ReplicaStarterCommand> starter) {
        this.context = context;
        this.timers = timers;
        this.node = node;
        this.id = id;
        this.name = name;
        this.starter = starter;
        this.disk = new DiskWork<>(context, node.diskExecutor());
    }

    /** @param broker whom the entity is meant for: on any other node it stops before it touches a file (rule 27) */
    static Behavior<PartitionReplicaCommand> create(
            ReplicaNode node, PartitionId id, int broker, ActorRef<ReplicaStarterCommand> starter) {
        if (broker != node.brokerId()) {
            LOG.error("replica {} of broker {} was started on broker {}", id, broker, node.brokerId());
            return Behaviors.stopped();
        }
        ClusterImage image = node.image().get();
        PartitionImage partition = image.partition(id);
        if (partition == null || !partition.hasReplica(broker)) {
            // A late start: the starter knows better, asks again if it must, and has kept the directory for it.
            starter.tell(new ReplicaStopped(id, true));
            return Behaviors.stopped();
        }
        TopicPartition name = new TopicPartition(image.topic(id.topicId()).name(), id.partition());
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new PartitionReplica(context, timers, node, id, name, starter).open(image)));
    }

    private Behavior<PartitionReplicaCommand> open(ClusterImage image) {
        starter.tell(new ReplicaStarted(id, context.getSelf()));
        disk.run(
                () -> node.directory().open(name, id.topicId(), node.configs().of(image, name.topic())),
                (opened, failure) -> new Opened(opened, Optional.ofNullable(failure)));
        return recovering();
    }

    private Behavior<PartitionReplicaCommand> recovering() {
        return Behaviors.receive(PartitionReplicaCommand.class)
                .onMessage(Opened.class, this::onOpened)
                .onMessage(Close.class, message -> {
                    closeWhenOpen = message;
                    return Behaviors.same();
                })
                .onAnyMessage(ignored -> Behaviors.same())
                .onSignal(PostStop.class, stop -> onStop())
                .build();
    }

    private Behavior<PartitionReplicaCommand> onOpened(Opened message) {
        if (message.failure().isPresent()) {
            LOG.error("{}: cannot be opened", name, message.failure().get());
            node.table().cannotOpen(id);
            starter.tell(new ReplicaFailed(id));
            return closeWhenOpen == null ? offline() : Behaviors.stopped();
        }
        ServingReplica serving = new ServingReplica(context, timers, node, id, message.log(), starter);
        return closeWhenOpen == null ? serving.start() : serving.onClose(closeWhenOpen);
    }

    private Behavior<PartitionReplicaCommand> offline() {
        return Behaviors.receive(PartitionReplicaCommand.class)
                .onMessage(Close.class, message -> Behaviors.stopped())
                .onAnyMessage(ignored -> Behaviors.same())
                .onSignal(PostStop.class, stop -> onStop())
                .build();
    }

    /** Without a log that could have been closed properly. */
    private Behavior<PartitionReplicaCommand> onStop() {
        starter.tell(new ReplicaStopped(id, false));
        return Behaviors.same();
    }
}
