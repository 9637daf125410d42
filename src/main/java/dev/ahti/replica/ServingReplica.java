package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica.Leadership;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.Closed;
import dev.ahti.replica.PartitionReplicaCommand.ConfigChanged;
import dev.ahti.replica.PartitionReplicaCommand.DeadlinePassed;
import dev.ahti.replica.PartitionReplicaCommand.EpochStarted;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import dev.ahti.replica.PartitionReplicaCommand.TakeRequests;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaFailed;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaOpened;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStopped;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link PartitionReplica} whose log is open: it leads or follows as the image says. The two differ only in {@code
 * leading} being null or not: every message means the same in both.
 */
final class ServingReplica {
    private static final Logger LOG = LoggerFactory.getLogger(ServingReplica.class);
    /** After so much of work in one go the actor gives way to others on its thread. */
    private static final int MAX_REQUESTS_IN_ONE_GO = 64;

    private static final int MAX_BYTES_IN_ONE_GO = 1 << 20;

    private final TimerScheduler<PartitionReplicaCommand> timers;
    private final ReplicaNode node;
    private final ActorRef<ReplicaStarterCommand> starter;
    private final DiskWork<PartitionReplicaCommand> disk;
    private final PartitionId id;
    private final TopicPartition name;
    private final PartitionLog log;
    private final HighWatermark highWatermark;
    private final ReplicaHandle handle;
    /** Null while following. */
    private LeadingPartition leading;

    private int partitionEpoch = -1;
    private boolean startingEpoch;
    /** The latest leader epoch of this replica's own that the log knows of. */
    private int startedEpoch = -1;

    private long deadlineTimerNanos = WaitingAppends.NO_DEADLINE;
    private boolean logClosed;
    private boolean closedCleanly;

    ServingReplica(
            ActorContext<PartitionReplicaCommand> context,
            TimerScheduler<PartitionReplicaCommand> timers,
            ReplicaNode node,
            PartitionId id,
            PartitionLog log,
            ActorRef<ReplicaStarterCommand> starter) {
        this.timers = timers;
        this.node = node;
        this.starter = starter;
        this.disk = new DiskWork<>(context, node.diskExecutor());
        this.id = id;
        this.name = log.topicPartition();
        this.log = log;
        this.highWatermark = new HighWatermark(
                node.directory().checkpointedHighWatermark(name), log.logStartOffset(), log.logEndOffset());
        this.handle = new ReplicaHandle(id, log, context.getSelf(), state(PartitionImage.NO_LEADER, -1, -1));
    }

    /** Enters the table before it looks at the image: whatever is shown after that look comes as a message. */
    Behavior<PartitionReplicaCommand> start() {
        node.table().enter(handle);
        onMetadata();
        starter.tell(new ReplicaOpened(id));
        return serving();
    }

    private Behavior<PartitionReplicaCommand> serving() {
        return behavior()
                .onMessageEquals(TakeRequests.INSTANCE, this::onRequests)
                .onMessageEquals(MetadataChanged.INSTANCE, this::onMetadata)
                .onMessage(ConfigChanged.class, this::onConfig)
                .onMessage(EpochStarted.class, this::onEpochStarted)
                .onMessageEquals(DeadlinePassed.INSTANCE, this::onDeadline)
                .onMessage(Close.class, this::onClose)
                .onAnyMessage(ignored -> Behaviors.same())
                .build();
    }

    private Behavior<PartitionReplicaCommand> offline() {
        return behavior()
                .onMessage(Close.class, this::onClose)
                .onAnyMessage(ignored -> Behaviors.same())
                .build();
    }

    private Behavior<PartitionReplicaCommand> closing() {
        return behavior()
                .onMessage(Closed.class, this::onClosed)
                .onAnyMessage(ignored -> Behaviors.same())
                .build();
    }

    private BehaviorBuilder<PartitionReplicaCommand> behavior() {
        return Behaviors.<PartitionReplicaCommand>receive(PartitionReplicaCommand.class)
                .onSignal(PostStop.class, stop -> {
                    onStop();
                    return Behaviors.same();
                });
    }

    private Behavior<PartitionReplicaCommand> onMetadata() {
        ClusterImage image = node.image().get();
        PartitionImage partition = image.partition(id);
        if (partition == null) {
            // Deleted: nothing is to be appended any more; the starter's Close is on its way.
            follow(PartitionImage.NO_LEADER, handle.leadership().leaderEpoch());
            return Behaviors.same();
        }
        if (partition.partitionEpoch() < partitionEpoch) {
            return Behaviors.same();
        }
        partitionEpoch = partition.partitionEpoch();
        if (!isLedHere(partition)) {
            follow(partition.leader(), partition.leaderEpoch());
        } else if (partition.leaderEpoch() == startedEpoch) {
            lead(partition);
        } else if (!startingEpoch) {
            startEpoch(partition.leaderEpoch());
        }
        return Behaviors.same();
    }

    /** The log must know of an epoch before its first append: until then requests stay in the queue. */
    private void startEpoch(int leaderEpoch) {
        startingEpoch = true;
        disk.run(
                () -> {
                    log.startEpoch(leaderEpoch);
                    return leaderEpoch;
                },
                (started, failure) -> new EpochStarted(leaderEpoch, Optional.ofNullable(failure)));
    }

    private Behavior<PartitionReplicaCommand> onEpochStarted(EpochStarted message) {
        startingEpoch = false;
        if (message.failure().isPresent()) {
            return fail(message.failure().get());
        }
        startedEpoch = message.leaderEpoch();
        // The image may have gone on meanwhile.
        onMetadata();
        return onRequests();
    }

    private boolean isLedHere(PartitionImage partition) {
        return partition.leader() == node.brokerId()
                && partition.isr().contains(new IsrMember(node.brokerId(), node.incarnation()));
    }

    private void follow(int leader, int leaderEpoch) {
        LeadingPartition before = leading;
        leading = null;
        handle.publish(state(leader, leaderEpoch, -1));
        if (before != null) {
            before.failWaiting(Errors.NOT_LEADER_OR_FOLLOWER);
        }
    }

    private void lead(PartitionImage partition) {
        LeadingPartition next = leading == null ? new LeadingPartition(node.brokerId(), log, highWatermark) : leading;
        next.lead(partition);
        leading = next;
        next.raiseHighWatermark();
        handle.publish(state(node.brokerId(), partition.leaderEpoch(), next.epochStartOffset()));
        next.answerReached();
    }

    private ReplicaState state(int leader, int leaderEpoch, long epochStartOffset) {
        long hw = highWatermark.value();
        return new ReplicaState(
                new Leadership(leader, leaderEpoch, leading != null, hw, epochStartOffset),
                log.lastStableOffset(hw),
                Errors.NONE);
    }

    private Behavior<PartitionReplicaCommand> onRequests() {
        if (startingEpoch) {
            return Behaviors.same();
        }
        RequestQueue requests = handle.requests();
        requests.beginTaking();
        ReplicaRequest request = null;
        try {
            int bytes = 0;
            for (int i = 0; i < MAX_REQUESTS_IN_ONE_GO && bytes < MAX_BYTES_IN_ONE_GO; i++) {
                request = requests.take();
                if (request == null) {
                    break;
                }
                bytes += serve(request);
            }
        } catch (IOException e) {
            request.fail(Errors.KAFKA_STORAGE_ERROR);
            return fail(e);
        }
        advance();
        requests.endTaking();
        return Behaviors.same();
    }

    /** @return bytes written */
    private int serve(ReplicaRequest request) throws IOException {
        if (leading == null) {
            request.fail(Errors.NOT_LEADER_OR_FOLLOWER);
            return 0;
        }
        if (request instanceof ReplicaRequest.Append append) {
            leading.append(append);
            return append.records().sizeInBytes();
        }
        leading.deleteRecords((ReplicaRequest.DeleteRecords) request);
        return 0;
    }

    /** After appends and whatever else may let the high watermark rise: publish first, then answer. */
    private void advance() {
        if (leading == null) {
            return;
        }
        long before = highWatermark.value();
        leading.raiseHighWatermark();
        if (highWatermark.value() != before) {
            Leadership now = handle.leadership();
            handle.publish(state(now.leader(), now.leaderEpoch(), now.epochStartOffset()));
        }
        leading.answerReached();
        armDeadline();
    }

    /** One timer for the earliest deadline: it is moved only towards now. */
    private void armDeadline() {
        if (!leading.isAnyWaiting()) {
            return;
        }
        long now = System.nanoTime();
        long wait = leading.nanosToFirstDeadline(now);
        if (deadlineTimerNanos == WaitingAppends.NO_DEADLINE || now + wait - deadlineTimerNanos < 0) {
            deadlineTimerNanos = now + wait;
            Duration delay = Duration.ofNanos(Math.max(wait, 0)).plusMillis(1);
            timers.startSingleTimer(DeadlinePassed.INSTANCE, DeadlinePassed.INSTANCE, delay);
        }
    }

    private Behavior<PartitionReplicaCommand> onDeadline() {
        deadlineTimerNanos = WaitingAppends.NO_DEADLINE;
        if (leading != null) {
            leading.expire(System.nanoTime());
            armDeadline();
        }
        return Behaviors.same();
    }

    private Behavior<PartitionReplicaCommand> onConfig(ConfigChanged message) {
        log.updateConfig(message.config());
        // min.insync.replicas may let the high watermark rise, or refuse what waits.
        advance();
        return Behaviors.same();
    }

    /** The log has failed: nothing is acknowledged, read or written any more until the broker starts again. */
    private Behavior<PartitionReplicaCommand> fail(Throwable cause) {
        LOG.error("{}: the log failed, the partition is offline on this broker", name, cause);
        stopServing(Errors.KAFKA_STORAGE_ERROR);
        starter.tell(new ReplicaFailed(id));
        return offline();
    }

    private void stopServing(Errors error) {
        LeadingPartition before = leading;
        leading = null;
        handle.close(error);
        if (before != null) {
            before.failWaiting(error);
        }
    }

    Behavior<PartitionReplicaCommand> onClose(Close message) {
        if (handle.state().unavailable() == Errors.NONE) {
            stopServing(Errors.NOT_LEADER_OR_FOLLOWER);
        }
        if (message == Close.DELETE_FILES) {
            node.table().leave(handle);
        } else {
            node.table().leaveFiles(handle);
        }
        disk.run(() -> closeLog(message), (closed, failure) -> new Closed(Optional.ofNullable(failure)));
        return closing();
    }

    private PartitionLog closeLog(Close how) throws IOException {
        if (how == Close.DELETE_FILES) {
            node.directory().delete(log);
        } else {
            node.directory().release(log);
        }
        return log;
    }

    private Behavior<PartitionReplicaCommand> onClosed(Closed message) {
        message.failure().ifPresent(failure -> LOG.error("{}: closing failed", name, failure));
        closedCleanly = message.failure().isEmpty();
        logClosed = true;
        return Behaviors.stopped();
    }

    private void onStop() {
        starter.tell(new ReplicaStopped(id, closedCleanly));
        if (!logClosed) {
            abandon();
        }
    }

    /** Stopped in another way than by Close, for example by a defect: nobody may wait for an answer for ever. */
    private void abandon() {
        stopServing(Errors.NOT_LEADER_OR_FOLLOWER);
        node.table().leave(handle);
        node.diskExecutor().execute(this::release);
    }

    private void release() {
        try {
            node.directory().release(log);
        } catch (IOException e) {
            LOG.error("{}: closing failed", name, e);
        }
    }
}
