package dev.ahti.server;

import java.time.Duration;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrapSettings;
import org.apache.pekko.management.cluster.bootstrap.LowestAddressJoinDecider;
import org.apache.pekko.management.cluster.bootstrap.SeedNodesInformation;

/**
 * Begins a new cluster at the lowest of the contact points that answer: soon where every broker of the cluster does, since
 * nobody can then begin another; where only a majority does, after Pekko's stable margin, in which a slow one is heard or
 * seen to have begun. Named in application.conf.
 */
public final class JoinDecider extends LowestAddressJoinDecider {
    static final String BROKERS = "ahti.cluster-brokers";

    /** Several probes long: a broker that has just come up has been asked by all others before it decides. */
    private static final Duration MARGIN_IF_ALL_ANSWER = Duration.ofSeconds(1);

    private final int brokers;

    public JoinDecider(ActorSystem system, ClusterBootstrapSettings settings) {
        super(system, settings);
        brokers = system.settings().config().getInt(BROKERS);
    }

    @Override
    public boolean isPastStableMargin(SeedNodesInformation info) {
        return (info.getSeedNodesObservations().size() >= brokers
                        && Duration.between(info.contactPointsChangedAt(), info.currentTime())
                                        .compareTo(MARGIN_IF_ALL_ANSWER)
                                >= 0)
                || super.isPastStableMargin(info);
    }
}
