package dev.ahti.server;

import java.time.Duration;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.discovery.ServiceDiscovery.ResolvedTarget;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrapSettings;
import org.apache.pekko.management.cluster.bootstrap.JoinDecision;
import org.apache.pekko.management.cluster.bootstrap.LowestAddressJoinDecider;
import org.apache.pekko.management.cluster.bootstrap.SeedNodesInformation;
import org.apache.pekko.management.cluster.bootstrap.SeedNodesObservation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;

/**
 * Begins a new cluster at the lowest of the contact points that answer: soon where every broker of the cluster does, since
 * nobody can then begin another; where only a majority does, after Pekko's stable margin, in which a slow one is heard or
 * seen to have begun. Brokers are known by their cluster addresses, not by their contact points: DNS may have several of
 * one broker, and has numbers where the broker has a name. Named in application.conf.
 */
public final class JoinDecider extends LowestAddressJoinDecider {
    static final String BROKERS = "ahti.cluster-brokers";

    private static final Logger LOG = LoggerFactory.getLogger(JoinDecider.class);

    /** Several probes long: a broker that has just come up has been asked by all others before it decides. */
    private static final Duration MARGIN_IF_ALL_ANSWER = Duration.ofSeconds(1);

    private final int brokers;
    private final int required;
    private final String name;
    private final Address self;
    private boolean nobodyFound;

    public JoinDecider(ActorSystem system, ClusterBootstrapSettings settings) {
        super(system, settings);
        brokers = system.settings().config().getInt(BROKERS);
        required = settings.getContactPointDiscoveryRequiredContactPointsNr();
        name = settings.getContactPointDiscoveryEffectiveName(system);
        self = ((ExtendedActorSystem) system).provider().getDefaultAddress();
    }

    @Override
    public Future<JoinDecision> decide(SeedNodesInformation info) {
        boolean nobody = info.getContactPoints().isEmpty();
        if (nobody && !nobodyFound) {
            LOG.warn("Discovery finds no broker by the name {} yet: asking again until it does", name);
        }
        nobodyFound = nobody;
        return super.decide(info);
    }

    @Override
    public boolean hasEnoughContactPoints(SeedNodesInformation info) {
        return answering(info) >= required;
    }

    @Override
    public boolean isPastStableMargin(SeedNodesInformation info) {
        return (answering(info) >= brokers
                        && Duration.between(info.contactPointsChangedAt(), info.currentTime())
                                        .compareTo(MARGIN_IF_ALL_ANSWER)
                                >= 0)
                || super.isPastStableMargin(info);
    }

    @Override
    public boolean canJoinSelf(ResolvedTarget lowest, SeedNodesInformation info) {
        return info.getSeedNodesObservations().stream()
                .anyMatch(observation -> observation.contactPoint().equals(lowest)
                        && observation.sourceAddress().equals(self));
    }

    private static long answering(SeedNodesInformation info) {
        return info.getSeedNodesObservations().stream()
                .map(SeedNodesObservation::sourceAddress)
                .distinct()
                .count();
    }
}
