package dev.ahti.metadata.event;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PeerAddress;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * A broker has started: it is fenced until it is ready. Its image's epoch is the version of this event.
 *
 * @param peerAddress absent from what was stored before brokers had one
 */
public record RegisterBroker(
        int broker,
        Uuid incarnation,
        Uuid directoryId,
        List<Endpoint> endpoints,
        Optional<String> rack,
        Optional<PeerAddress> peerAddress,
        int metadataVersion)
        implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withBroker(new BrokerImage(
                broker,
                incarnation,
                image.version() + 1,
                directoryId,
                endpoints,
                rack,
                peerAddress,
                true,
                false,
                metadataVersion));
    }
}
