package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PeerAddress;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * How this broker registers.
 *
 * @param directoryId of {@code meta.properties}
 * @param clusterId of {@code meta.properties}, "" on the first start
 * @param endpoints advertised
 * @param peerAddress where the other brokers connect to
 * @param logsIntact whether the logs hold what they held: stopped cleanly, or the kernel runs still (rule 18)
 */
public record BrokerIdentity(
        int broker,
        Uuid directoryId,
        String clusterId,
        List<Endpoint> endpoints,
        Optional<String> rack,
        Optional<PeerAddress> peerAddress,
        boolean logsIntact) {

    /** Whether the image shows this broker, by its data directory: what it assigns to the broker is in there. */
    boolean isKnownIn(ClusterImage image) {
        return clusterId.equals(image.clusterId())
                && image.broker(broker)
                        .filter(known -> known.directoryId().equals(directoryId))
                        .isPresent();
    }

    /** Why a directory of one cluster cannot be used in another; empty where it can. */
    static Optional<String> foreign(String directorys, String clusters) {
        return directorys.isEmpty() || clusters.isEmpty() || directorys.equals(clusters)
                ? Optional.empty()
                : Optional.of("the data directory belongs to cluster " + directorys + ", but the database of"
                        + " ahti.metadata.url holds cluster " + clusters
                        + ": set the right database, or log.dirs to another directory");
    }

    /**
     * @param logsIntactNow as {@link #logsIntact}, or true where this very process has opened them
     * @param follower gets what is published from then on
     */
    BrokerRegistration registration(
            Uuid incarnation, boolean logsIntactNow, ActorRef<Publication> follower, ActorRef<Done> replyTo) {
        return new BrokerRegistration(
                broker,
                incarnation,
                directoryId,
                clusterId,
                endpoints,
                rack,
                peerAddress,
                MetadataSettings.METADATA_VERSION,
                logsIntactNow,
                follower,
                replyTo);
    }
}
