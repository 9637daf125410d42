package dev.ahti.metadata;

import dev.ahti.model.Endpoint;
import dev.ahti.model.PeerAddress;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

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
        boolean logsIntact) {}
