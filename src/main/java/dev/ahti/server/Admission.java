package dev.ahti.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;

/**
 * What lies between a node and its membership.
 *
 * <pre>
 *   outside --- a member lets it in ---> joining --- all members have seen it ---> up
 *      ^                                   |
 *      +--- the process starts again <-----+ for too long
 * </pre>
 *
 * Who lets it in may be given up by the others in the same moment, before they have heard of the newcomer: they take it for
 * a stranger then and ignore what it says, while to itself it is about to be a member. That has no end of its own. To be
 * outside has none either, and rightly: there may be no majority yet.
 */
final class Admission {
    /** Members agree within a second or so; where one has died, once it is given up, some seconds later. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Duration patience;
    private final LongSupplier nanoTime;
    private boolean joining;
    private long joiningSince;

    Admission(Duration patience, LongSupplier nanoTime) {
        this.patience = patience;
        this.nanoTime = nanoTime;
    }

    /** Completes when this node is a full member; fails with a {@link StartProblem} when it will not become one. */
    static CompletionStage<Done> of(ActorSystem system, Duration patience) {
        Cluster cluster = Cluster.get(system);
        CompletableFuture<Done> up = new CompletableFuture<>();
        cluster.registerOnMemberUp(() -> up.complete(Done.getInstance()));
        new Admission(patience, System::nanoTime).watch(system, cluster, up);
        return up;
    }

    private void watch(ActorSystem system, Cluster cluster, CompletableFuture<Done> up) {
        if (up.isDone()) {
            return;
        }
        if (lastsTooLong(isIn(cluster))) {
            up.completeExceptionally(
                    new StartProblem("the cluster has let this broker in, but not made it a member within "
                            + patience.toSeconds() + " s: who let it in is probably gone. Start it again"));
            return;
        }
        system.scheduler().scheduleOnce(LOOK_AGAIN, () -> watch(system, cluster, up), system.dispatcher());
    }

    private static boolean isIn(Cluster cluster) {
        for (Member member : cluster.state().getMembers()) {
            if (member.uniqueAddress().equals(cluster.selfUniqueAddress())) {
                return true;
            }
        }
        return false;
    }

    /** @param in whether a member has let it in */
    boolean lastsTooLong(boolean in) {
        long now = nanoTime.getAsLong();
        if (!in || !joining) {
            joining = in;
            joiningSince = now;
            return false;
        }
        return now - joiningSince > patience.toNanos();
    }
}
