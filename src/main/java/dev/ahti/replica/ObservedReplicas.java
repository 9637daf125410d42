package dev.ahti.replica;

import java.util.function.Consumer;

/** The replicas of this node for those who follow what it leads: the coordinators. */
public interface ObservedReplicas extends LocalReplicas {

    /**
     * Calls {@code listener} after the leadership that a replica shows has changed, also when it opens or closes. On the
     * replica's thread, so it must be quick; it does not hear of what was so before.
     */
    void onLeadershipChange(Consumer<LocalReplica> listener);
}
