package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.replica.LocalReplica.Leadership;
import dev.ahti.replica.PartitionReplicaCommand.ProposeAgain;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * What a {@link PartitionReplica} is at the time: a {@link LeadingPartition} or a {@link FollowingPartition}. Whatever
 * changes by it is shown in the {@link ReplicaHandle} first, and answered afterwards.
 */
final class LeaderOrFollower {
    private final ReplicaNode node;
    private final ReplicaHandle handle;
    private final PartitionLog log;
    private final HighWatermark highWatermark;
    private final FollowingPartition following;
    private final TimerScheduler<PartitionReplicaCommand> timers;
    private final AppendDeadline deadline;
    /** Null while following. */
    private LeadingPartition leading;

    LeaderOrFollower(
            ReplicaNode node,
            ReplicaHandle handle,
            HighWatermark highWatermark,
            FollowingPartition following,
            TimerScheduler<PartitionReplicaCommand> timers) {
        this.node = node;
        this.handle = handle;
        this.log = handle.log();
        this.highWatermark = highWatermark;
        this.following = following;
        this.timers = timers;
        this.deadline = new AppendDeadline(timers);
    }

    /** Whoever waits with the leader that it was is told. */
    void follow(int leader, int leaderEpoch) {
        LeadingPartition before = leading;
        leading = null;
        publish(leader, leaderEpoch, -1);
        if (before != null) {
            before.failWaiting(Errors.NOT_LEADER_OR_FOLLOWER);
        }
        following.follow(leader, leaderEpoch);
    }

    /** In an epoch that the log knows of. */
    void lead(PartitionImage partition) {
        LeadingPartition next =
                leading == null ? new LeadingPartition(node, handle, highWatermark, isrChanges()) : leading;
        next.lead(partition);
        leading = next;
        next.raiseHighWatermark();
        publish(node.brokerId(), partition.leaderEpoch(), next.epochStartOffset());
        next.answerReached();
        next.isrChanges().look();
    }

    private IsrChanges isrChanges() {
        return new IsrChanges(
                node,
                log,
                highWatermark,
                handle.actor()::tell,
                delay -> timers.startSingleTimer(ProposeAgain.INSTANCE, ProposeAgain.INSTANCE, delay));
    }

    private void publish(int leader, int leaderEpoch, long epochStartOffset) {
        handle.publish(ReplicaState.of(
                new Leadership(leader, leaderEpoch, leading != null, highWatermark.value(), epochStartOffset), log));
    }

    /**
     * Takes a request: {@link #advance} is to follow.
     *
     * @return bytes to write
     * @throws IOException the disk failed, and the request is not answered
     */
    int take(ReplicaRequest request) throws IOException {
        if (request instanceof ReplicaRequest.FromLeader fromLeader) {
            return following.take(fromLeader.stream(), fromLeader.message());
        }
        if (leading != null) {
            return leading.take(request);
        }
        if (request instanceof ReplicaRequest.Append append) {
            node.table().refused().add(handle.id().topicId(), handle.id().partition(), append.records());
        }
        request.fail(Errors.NOT_LEADER_OR_FOLLOWER);
        return 0;
    }

    void changeIsr(Consumer<IsrChanges> change) {
        if (leading != null) {
            change.accept(leading.isrChanges());
            advance();
        }
    }

    /** After appends and whatever else may let the high watermark rise: publish first, then answer. */
    void advance() {
        if (leading != null) {
            leading.offerToFollowers();
            leading.raiseHighWatermark();
        }
        if (highWatermark.value() != handle.state().highWatermark()) {
            Leadership now = handle.leadership();
            publish(now.leader(), now.leaderEpoch(), now.epochStartOffset());
        }
        if (leading == null) {
            following.acknowledge();
        } else {
            leading.answerReached();
            deadline.arm(leading);
        }
    }

    void deadlinePassed() {
        deadline.passed();
        if (leading != null) {
            leading.expire(System.nanoTime());
            deadline.arm(leading);
        }
    }

    /** It is neither any more: whatever waits or comes is answered with {@code error}. */
    void stop(Errors error) {
        LeadingPartition before = leading;
        leading = null;
        following.stop();
        handle.close(error);
        if (before != null) {
            before.failWaiting(error);
        }
    }
}
