package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.Metadata;
import dev.ahti.metadata.MetadataClient.ChangeResult;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.PeerAddress;
import dev.ahti.peer.ClusterMembers;
import dev.ahti.peer.MajorityView;
import dev.ahti.peer.PeerConnections;
import dev.ahti.peer.PeerIdentity;
import dev.ahti.peer.PeerSettings;
import dev.ahti.replica.ReplicaCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;

/** This broker's connections with the others, in step with the image and with its registration. */
final class Peering {
    private static final Duration DECLARE_LIMIT = Duration.ofSeconds(2);

    private final int brokerId;
    private final long uid;
    private final PeerConnections connections;
    private final ActorSystem<?> system;

    private Peering(int brokerId, long uid, PeerConnections connections, ActorSystem<?> system) {
        this.brokerId = brokerId;
        this.uid = uid;
        this.connections = connections;
        this.system = system;
    }

    /** Takes the port: before the node joins the cluster, since a member whose port is closed counts as dead. */
    static CompletionStage<Peering> bind(ActorSystem<?> system, BrokerConfig config) {
        long uid = Cluster.get(system.classicSystem()).selfUniqueAddress().longUid();
        PeerSettings settings = PeerSettings.of(
                config.stringValue("ahti.cluster.host"),
                config.intValue("ahti.replication.port"),
                Optional.ofNullable(config.stringValue("ahti.cluster.secret")));
        return PeerConnections.bind(system, settings, config.nodeId(), uid)
                .thenApply(connections -> new Peering(config.nodeId(), uid, connections, system));
    }

    /** What this broker registers. */
    PeerAddress address() {
        return connections.address();
    }

    /** What the replicas use; the node is a member by now. */
    ReplicaCluster cluster(Metadata metadata) {
        MajorityView majority =
                new MajorityView(new ClusterMembers(system), uid, connections.lastHeard(), System::nanoTime);
        return new ReplicaCluster(connections, majority::seesMajority, metadata::proposeIsr);
    }

    /** Connects as the image shows, from now on. Whoever serves or dials has said so. */
    void follow(Metadata metadata) {
        connections.watchForDeaths(process -> declareDead(metadata, process));
        metadata.image().onChange((before, after) -> {
            if (!before.brokers().equals(after.brokers())) {
                update(metadata, after);
            }
        });
        update(metadata, metadata.image().get());
    }

    private void update(Metadata metadata, ClusterImage image) {
        BrokerImage self = image.brokers().get(brokerId);
        // Under the incarnation of another process there is nothing to say.
        if (self == null || !self.incarnation().equals(metadata.incarnation())) {
            return;
        }
        Map<Integer, PeerAddress> others = new HashMap<>();
        image.brokers().forEach((id, broker) -> {
            if (id != brokerId) {
                broker.peerAddress().ifPresent(address -> others.put(id, address));
            }
        });
        connections.update(image.clusterId(), self.incarnation(), others);
    }

    private static CompletionStage<?> declareDead(Metadata metadata, PeerIdentity process) {
        return metadata.declareDead(process.broker(), process.incarnation(), "its process has died", DECLARE_LIMIT)
                .thenApply(Peering::answered);
    }

    /** Without an answer it is to be said again. */
    private static ChangeResult answered(ChangeResult result) {
        if (result.error() == Errors.REQUEST_TIMED_OUT) {
            throw result.error().exception(result.message());
        }
        return result;
    }
}
