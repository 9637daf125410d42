package dev.ahti.peer;

import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSelection;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.InternalClusterAction;

/**
 * Ticks for Pekko's cluster daemon besides those of its timers, so that it does at once what it would do by and by. A tick
 * asks it to look at what it knows and tells it nothing: one too many, or one that is lost, changes nothing but when. They
 * are Pekko's own; what they do is shown by {@code GossipOnChangeTest} and {@code DeathWatchTest}.
 */
final class ClusterTicks {
    private final ActorSelection daemon;

    ClusterTicks(ActorSystem<?> system) {
        daemon = Adapter.toClassic(system).actorSelection("/system/cluster/core/daemon");
    }

    /** Tells one other member, chosen at random, what this one knows, if the other does not know it. */
    void gossip() {
        tick(InternalClusterAction.GossipTick$.MODULE$);
    }

    /** Marks members as unreachable whom the failure detector takes for dead. */
    void lookForUnreachable() {
        tick(InternalClusterAction.ReapUnreachableTick$.MODULE$);
    }

    /** Removes members that are down, if this one is the leader and all others have heard of it. */
    void leaderActions() {
        tick(InternalClusterAction.LeaderActionsTick$.MODULE$);
    }

    private void tick(InternalClusterAction.Tick tick) {
        daemon.tell(tick, ActorRef.noSender());
    }
}
