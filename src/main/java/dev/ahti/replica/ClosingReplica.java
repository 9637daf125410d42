package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.Closed;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaFailed;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStopped;
import java.io.IOException;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a {@link PartitionReplica} whose log was open: offline after its log has failed, closing when told so, and
 * what is left to do when it stops in another way.
 */
final class ClosingReplica {
    private static final Logger LOG = LoggerFactory.getLogger(ClosingReplica.class);

    private final ReplicaNode node;
    private final ReplicaHandle handle;
    private final DiskWork<PartitionReplicaCommand> disk;
    private final ActorRef<ReplicaStarterCommand> starter;
    private boolean logClosed;
    private boolean closedCleanly;

    ClosingReplica(
            ReplicaNode node,
            ReplicaHandle handle,
            DiskWork<PartitionReplicaCommand> disk,
            ActorRef<ReplicaStarterCommand> starter) {
        this.node = node;
        this.handle = handle;
        this.disk = disk;
        this.starter = starter;
    }

    /** The log has failed: nothing is acknowledged, read or written any more until the broker starts again. */
    Behavior<PartitionReplicaCommand> offline(Throwable cause) {
        LOG.error("{}: the log failed, the partition is offline on this broker", name(), cause);
        starter.tell(new ReplicaFailed(handle.id()));
        return behavior()
                .onMessage(Close.class, this::close)
                .onAnyMessage(ignored -> Behaviors.same())
                .build();
    }

    Behavior<PartitionReplicaCommand> close(Close how) {
        if (how == Close.DELETE_FILES) {
            node.table().leave(handle);
        } else {
            node.table().leaveFiles(handle);
        }
        disk.run(() -> closeLog(how), (closed, failure) -> new Closed(Optional.ofNullable(failure)));
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

    private PartitionLog closeLog(Close how) throws IOException {
        PartitionLog log = handle.log();
        if (how == Close.DELETE_FILES) {
            node.directory().delete(log);
        } else {
            node.directory().release(log);
        }
        return log;
    }

    private Behavior<PartitionReplicaCommand> onClosed(Closed message) {
        message.failure().ifPresent(failure -> LOG.error("{}: closing failed", name(), failure));
        closedCleanly = message.failure().isEmpty();
        logClosed = true;
        return Behaviors.stopped();
    }

    /** Also when it stops in another way than by Close, for example by a defect: nobody may wait for an answer for ever. */
    void onStop() {
        starter.tell(new ReplicaStopped(handle.id(), closedCleanly));
        if (!logClosed) {
            node.table().leave(handle);
            node.diskExecutor().execute(this::release);
        }
    }

    private void release() {
        try {
            node.directory().release(handle.log());
        } catch (IOException e) {
            LOG.error("{}: closing failed", name(), e);
        }
    }

    private String name() {
        return handle.log().topicPartition().toString();
    }
}
