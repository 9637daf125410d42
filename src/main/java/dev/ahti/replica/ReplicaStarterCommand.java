package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/** What a {@link ReplicaStarter} is told, all of it on its own node. */
sealed interface ReplicaStarterCommand {

    /** The node's image is another one. */
    enum ImageChanged implements ReplicaStarterCommand {
        INSTANCE
    }

    /** The broker has another incarnation: what it led under the earlier one, it leads no more. */
    enum IncarnationChanged implements ReplicaStarterCommand {
        INSTANCE
    }

    /** Complete {@code open} when the image has this version and every replica that it assigns here is open. */
    record AwaitOpen(long version, CompletableFuture<Done> open) implements ReplicaStarterCommand {}

    /** Close every replica, start none any more. */
    record ShutDown(CompletableFuture<Done> done) implements ReplicaStarterCommand {}

    /** The entity runs and opens its log. */
    record ReplicaStarted(PartitionId id, ActorRef<PartitionReplicaCommand> actor) implements ReplicaStarterCommand {}

    record ReplicaOpened(PartitionId id) implements ReplicaStarterCommand {}

    /** Its log cannot be opened or has failed. The entity runs on and refuses everything. */
    record ReplicaFailed(PartitionId id) implements ReplicaStarterCommand {}

    /**
     * It has stopped, or has not begun because the image assigns it here no more.
     *
     * @param clean false if its log may not be closed properly
     */
    record ReplicaStopped(PartitionId id, boolean clean) implements ReplicaStarterCommand {}

    /** Time to ask again for what has not answered, and to say how far the start is. */
    enum Tick implements ReplicaStarterCommand {
        INSTANCE
    }
}
