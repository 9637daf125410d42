package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica.Leadership;
import dev.ahti.replica.PartitionReplicaCommand.BlockingWorkDone;
import dev.ahti.replica.PartitionReplicaCommand.CheckFollowers;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.ConfigChanged;
import dev.ahti.replica.PartitionReplicaCommand.DeadlinePassed;
import dev.ahti.replica.PartitionReplicaCommand.FollowAgain;
import dev.ahti.replica.PartitionReplicaCommand.IsrAnswered;
import dev.ahti.replica.PartitionReplicaCommand.LeaderConnected;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import dev.ahti.replica.PartitionReplicaCommand.ProposeAgain;
import dev.ahti.replica.PartitionReplicaCommand.TakeRequests;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaOpened;
import java.io.IOException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A {@link PartitionReplica} whose log is open: it is {@link LeaderOrFollower} as the image says, and takes what waits in
 * its queue.
 *
 * <pre>
 *                        the image names this broker in this incarnation
 *   following  ---------------------------------------------------------->  the log learns of the epoch
 *   ({@link FollowingPartition})                                                          |
 *       ^                                                                       v
 *       +---- the image names another, or none: whoever waits is told ----  leading ({@link LeadingPartition})
 * </pre>
 *
 * What may block on the disk (an epoch, a cut) is done beside the actor, one piece at a time. Meanwhile the image is
 * followed, but the queue waits: nothing is appended before an epoch is noted or the log is cut.
 */
final class ServingReplica {
    /** After so much of work in one go the actor gives way to others on its thread. */
    private static final int MAX_REQUESTS_IN_ONE_GO = 64;

    private static final int MAX_BYTES_IN_ONE_GO = 1 << 20;

    private final ReplicaNode node;
    private final ActorRef<ReplicaStarterCommand> starter;
    private final PartitionId id;
    private final PartitionLog log;
    private final ReplicaHandle handle;
    private final ClosingReplica closing;
    private final FollowingPartition following;
    private final LeaderOrFollower role;
    private final BlockingWork blocking;
    private int partitionEpoch = -1;
    /** The latest leader epoch of this replica's own that the log knows of. */
    private int startedEpoch = -1;

    ServingReplica(
            ActorContext<PartitionReplicaCommand> context,
            TimerScheduler<PartitionReplicaCommand> timers,
            ReplicaNode node,
            PartitionId id,
            PartitionLog log,
            ActorRef<ReplicaStarterCommand> starter) {
        this.node = node;
        this.starter = starter;
        DiskWork<PartitionReplicaCommand> disk = new DiskWork<>(context, node.diskExecutor());
        this.blocking = new BlockingWork(disk);
        this.id = id;
        this.log = log;
        HighWatermark highWatermark = new HighWatermark(
                node.directory().checkpointedHighWatermark(log.topicPartition()),
                log.logStartOffset(),
                log.logEndOffset());
        this.handle = new ReplicaHandle(
                id,
                log,
                context.getSelf(),
                ReplicaState.of(new Leadership(PartitionImage.NO_LEADER, -1, false, highWatermark.value(), -1), log),
                node.seesMajority(),
                node.table()::leadershipChanged);
        this.closing = new ClosingReplica(node, handle, disk, starter);
        this.following = new FollowingPartition(
                node,
                handle,
                highWatermark,
                blocking,
                delay -> timers.startSingleTimer(FollowAgain.INSTANCE, FollowAgain.INSTANCE, delay));
        this.role = new LeaderOrFollower(node, handle, highWatermark, following, timers);
    }

    /** Enters the table before it looks at the image: whatever is shown after that look comes as a message. */
    Behavior<PartitionReplicaCommand> start() {
        node.table().enter(handle);
        // Those with which it was opened may have been changed before it could be told.
        log.updateConfig(
                node.configs().of(node.image().get(), log.topicPartition().topic()));
        onMetadata();
        starter.tell(new ReplicaOpened(id));
        return Behaviors.receive(PartitionReplicaCommand.class)
                .onMessageEquals(TakeRequests.INSTANCE, this::onRequests)
                .onMessageEquals(MetadataChanged.INSTANCE, this::onMetadata)
                .onMessage(ConfigChanged.class, this::onConfig)
                .onMessage(BlockingWorkDone.class, this::onBlockingWorkDone)
                .onMessageEquals(DeadlinePassed.INSTANCE, () -> {
                    role.deadlinePassed();
                    return Behaviors.same();
                })
                .onMessage(LeaderConnected.class, message -> {
                    following.connected(message.broker());
                    return Behaviors.same();
                })
                .onMessageEquals(FollowAgain.INSTANCE, () -> {
                    following.followAgain();
                    return Behaviors.same();
                })
                .onMessageEquals(CheckFollowers.INSTANCE, () -> {
                    role.changeIsr(IsrChanges::look);
                    return Behaviors.same();
                })
                .onMessageEquals(ProposeAgain.INSTANCE, () -> {
                    role.changeIsr(IsrChanges::lookAgain);
                    return Behaviors.same();
                })
                .onMessage(IsrAnswered.class, message -> {
                    role.changeIsr(isr -> isr.answered(message));
                    return Behaviors.same();
                })
                .onMessage(Close.class, this::onClose)
                .onAnyMessage(ignored -> Behaviors.same())
                .onSignal(PostStop.class, stop -> {
                    role.stop(Errors.NOT_LEADER_OR_FOLLOWER);
                    closing.onStop();
                    return Behaviors.same();
                })
                .build();
    }

    private Behavior<PartitionReplicaCommand> onMetadata() {
        PartitionImage partition = node.image().get().partition(id);
        if (partition == null) {
            // Deleted: nothing is to be appended any more; the starter's Close is on its way.
            role.follow(PartitionImage.NO_LEADER, handle.leadership().leaderEpoch());
            return Behaviors.same();
        }
        if (partition.partitionEpoch() < partitionEpoch) {
            return Behaviors.same();
        }
        partitionEpoch = partition.partitionEpoch();
        if (!isLedHere(partition)) {
            role.follow(partition.leader(), partition.leaderEpoch());
        } else if (partition.leaderEpoch() == startedEpoch) {
            role.lead(partition);
        } else if (!blocking.isUnderWay()) {
            startEpoch(partition.leaderEpoch());
        }
        return Behaviors.same();
    }

    /** The log must know of an epoch before its first append: until then requests stay in the queue. */
    private void startEpoch(int leaderEpoch) {
        following.stop();
        blocking.run(() -> log.startEpoch(leaderEpoch), () -> startedEpoch = leaderEpoch);
    }

    private boolean isLedHere(PartitionImage partition) {
        return partition.leader() == node.brokerId()
                && partition.isr().contains(new IsrMember(node.brokerId(), node.incarnation()));
    }

    private Behavior<PartitionReplicaCommand> onBlockingWorkDone(BlockingWorkDone message) {
        Runnable then = blocking.done();
        if (message.failure().isPresent()) {
            return fail(message.failure().get());
        }
        then.run();
        role.advance();
        // The image may have gone on meanwhile.
        onMetadata();
        return onRequests();
    }

    private Behavior<PartitionReplicaCommand> onRequests() {
        if (blocking.isUnderWay()) {
            return Behaviors.same();
        }
        RequestQueue requests = handle.requests();
        requests.beginTaking();
        ReplicaRequest request = null;
        try {
            int bytes = 0;
            for (int i = 0; i < MAX_REQUESTS_IN_ONE_GO && bytes < MAX_BYTES_IN_ONE_GO && !blocking.isUnderWay(); i++) {
                request = requests.take();
                if (request == null) {
                    break;
                }
                bytes += role.take(request);
            }
        } catch (IOException e) {
            request.fail(Errors.KAFKA_STORAGE_ERROR);
            return fail(e);
        }
        role.advance();
        requests.endTaking();
        return Behaviors.same();
    }

    private Behavior<PartitionReplicaCommand> onConfig(ConfigChanged message) {
        log.updateConfig(message.config());
        // min.insync.replicas may let the high watermark rise, or refuse what waits.
        role.advance();
        return Behaviors.same();
    }

    private Behavior<PartitionReplicaCommand> fail(Throwable cause) {
        role.stop(Errors.KAFKA_STORAGE_ERROR);
        return closing.offline(cause);
    }

    Behavior<PartitionReplicaCommand> onClose(Close message) {
        role.stop(Errors.NOT_LEADER_OR_FOLLOWER);
        return closing.close(message);
    }
}
