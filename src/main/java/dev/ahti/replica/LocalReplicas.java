package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import java.util.Collection;

/** The replicas that are open on this node. */
public interface LocalReplicas {

    /** The open replica, or null. */
    LocalReplica get(PartitionId id);

    Collection<LocalReplica> all();
}
