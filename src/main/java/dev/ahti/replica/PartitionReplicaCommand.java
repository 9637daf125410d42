package dev.ahti.replica;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.storage.internals.log.LogConfig;

/** What a {@link PartitionReplica} is told. Only {@link Control} travels between nodes. */
public sealed interface PartitionReplicaCommand {

    /** Goes through the shard region, from any node. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "command")
    @JsonSubTypes(@JsonSubTypes.Type(value = Start.class, name = "Start"))
    sealed interface Control extends PartitionReplicaCommand {}

    /** Open the partition and follow the image. Its arrival makes the entity; one that runs already ignores it. */
    record Start() implements Control {}

    /** There are requests in the queue. */
    enum TakeRequests implements PartitionReplicaCommand {
        INSTANCE
    }

    /** The node's image, or the node's incarnation, is another one. */
    enum MetadataChanged implements PartitionReplicaCommand {
        INSTANCE
    }

    record ConfigChanged(LogConfig config) implements PartitionReplicaCommand {}

    /** There is a new connection to a broker, which may be the leader. */
    record LeaderConnected(int broker) implements PartitionReplicaCommand {}

    /** Time to ask the leader again, which has refused. */
    enum FollowAgain implements PartitionReplicaCommand {
        INSTANCE
    }

    /** Something has happened by which a leader may want another ISR. */
    enum CheckFollowers implements PartitionReplicaCommand {
        INSTANCE
    }

    /** Time to propose the ISR again. */
    enum ProposeAgain implements PartitionReplicaCommand {
        INSTANCE
    }

    record IsrAnswered(IsrProposal proposal, Errors error) implements PartitionReplicaCommand {}

    /** Serve no more, close the log and stop. */
    enum Close implements PartitionReplicaCommand {
        KEEP_FILES,
        DELETE_FILES
    }

    /** Work on the disk that was done for the actor elsewhere; private to it. */
    sealed interface Done extends PartitionReplicaCommand {}

    /** @param failure empty if {@code log} is open */
    record Opened(PartitionLog log, Optional<Throwable> failure) implements Done {}

    record BlockingWorkDone(Optional<Throwable> failure) implements Done {}

    record Closed(Optional<Throwable> failure) implements Done {}

    enum DeadlinePassed implements PartitionReplicaCommand {
        INSTANCE
    }
}
