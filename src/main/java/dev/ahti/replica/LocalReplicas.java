package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import java.util.Collection;

/** The replicas that are open on this node. */
public interface LocalReplicas {

    /** The open replica, or null. */
    LocalReplica get(PartitionId id);

    Collection<LocalReplica> all();

    /**
     * Calls {@code known} once, on any thread: when the replica is open, or it is known that it will not be. At once if that
     * is so already.
     *
     * @return ends the wait; does nothing after the call
     */
    Runnable onOpen(PartitionId id, Runnable known);
}
