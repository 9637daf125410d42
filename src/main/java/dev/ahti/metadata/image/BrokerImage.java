package dev.ahti.metadata.image;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PeerAddress;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * A registered broker.
 *
 * @param incarnation new for each start of the process
 * @param epoch image version at which this incarnation was registered: Kafka's broker epoch
 * @param directoryId identity of its data directory ({@code meta.properties})
 * @param peerAddress where the other brokers connect to; absent where an earlier version registered it
 * @param fenced true from registration until it is ready, and when its session is lost: a fenced broker neither leads nor
 *     is in an ISR
 * @param shuttingDown in controlled shutdown: as fenced for elections, but still served by its own connections
 * @param metadataVersion newest events that it can read: {@code ahti.metadata.version}
 */
public record BrokerImage(
        int id,
        Uuid incarnation,
        long epoch,
        Uuid directoryId,
        List<Endpoint> endpoints,
        Optional<String> rack,
        Optional<PeerAddress> peerAddress,
        boolean fenced,
        boolean shuttingDown,
        int metadataVersion) {

    public BrokerImage {
        endpoints = List.copyOf(endpoints);
    }

    /** May lead, and may join an ISR. */
    @JsonIgnore
    public boolean isLive() {
        return !fenced && !shuttingDown;
    }

    public Optional<Endpoint> endpoint(String listener) {
        return endpoints.stream().filter(e -> e.listener().equals(listener)).findFirst();
    }

    public BrokerImage withFenced(boolean newFenced) {
        return new BrokerImage(
                id,
                incarnation,
                epoch,
                directoryId,
                endpoints,
                rack,
                peerAddress,
                newFenced,
                newFenced && shuttingDown,
                metadataVersion);
    }

    public BrokerImage withShuttingDown() {
        return new BrokerImage(
                id, incarnation, epoch, directoryId, endpoints, rack, peerAddress, fenced, true, metadataVersion);
    }
}
