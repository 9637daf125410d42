package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import java.util.Collection;

/** The replicas that are open on this node. */
public interface LocalReplicas {

    /** The open replica, or null. */
    LocalReplica get(PartitionId id);

    Collection<LocalReplica> all();

    /** Whether somebody waits for the replica ({@link #onOpen}) who has not gone on yet, though it may be open. */
    boolean isAwaited(PartitionId id);

    /** What this broker could not take yet from producers. */
    RefusedSequences refused();

    /**
     * Calls {@code known} once, on any thread: when the replica is open, or it is known that it will not be. At once if that
     * is so already, but behind those who waited before.
     *
     * @return ends the wait with that call; does nothing after it
     */
    Runnable onOpen(PartitionId id, Runnable known);
}
