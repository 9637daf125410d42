package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.Metadata;
import dev.ahti.metadata.MetadataClient.ChangeResult;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.PeerAddress;
import dev.ahti.peer.MajorityView;
import dev.ahti.peer.PeerConnections;
import dev.ahti.peer.PeerIdentity;
import dev.ahti.peer.PeerSettings;
import dev.ahti.peer.VotingMembers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;

/** The connections with the other brokers, which know no metadata: the image tells them where the others are. */
final class BrokerPeers {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final PeerConnections connections;
    private final VotingMembers members;
    private final MajorityView majorityView;

    private BrokerPeers(ActorSystem<?> system, PeerConnections connections) {
        this.connections = connections;
        members = new VotingMembers(system);
        majorityView =
                new MajorityView(members, connections.address().uid(), connections.lastHeard(), System::nanoTime);
    }

    /** Takes the port. Before the node joins the cluster: to the others, a member whose port is closed is dead. */
    static CompletionStage<BrokerPeers> bind(ActorSystem<?> system, BrokerConfig config) {
        // Rule 5: a follower that is silent for a session leaves the ISR.
        PeerSettings settings = PeerSettings.of(
                        config.stringValue("ahti.cluster.host"),
                        config.intValue("ahti.replication.port"),
                        Optional.ofNullable(config.stringValue("ahti.cluster.secret")))
                .withSilence(Duration.ofMillis(config.intValue("broker.session.timeout.ms")));
        long uid = Cluster.get(system).selfUniqueAddress().longUid();
        return PeerConnections.bind(system, settings, config.nodeId(), uid)
                .thenApply(connections -> new BrokerPeers(system, connections));
    }

    PeerConnections connections() {
        return connections;
    }

    /** Rule 16. */
    MajorityView majorityView() {
        return majorityView;
    }

    /** Rule 4. Before {@link #follow}. */
    void watchForDeaths(CurrentImage image, Metadata metadata) {
        connections.watchForDeaths(process -> registered(image.get(), process)
                .<CompletionStage<?>>map(incarnation -> declareDead(metadata, process.broker(), incarnation))
                .orElseGet(() -> CompletableFuture.completedFuture(null)));
    }

    private static CompletionStage<?> declareDead(Metadata metadata, int broker, Uuid incarnation) {
        return metadata.declareDead(
                        broker, incarnation, "most members of the cluster have found its port closed", ANSWER_LIMIT)
                .thenApply(BrokerPeers::answered);
    }

    /** Where there was no answer it is to be said again. */
    private static ChangeResult answered(ChangeResult result) {
        if (result.error() == Errors.REQUEST_TIMED_OUT) {
            throw result.error().exception(result.message());
        }
        return result;
    }

    /** The incarnation of this process now: it may have registered anew since it said hello. Empty if another is there. */
    private static Optional<Uuid> registered(ClusterImage image, PeerIdentity process) {
        BrokerImage broker = image.brokers().get(process.broker());
        if (broker == null) {
            return Optional.empty();
        }
        boolean same = broker.peerAddress()
                .map(address -> address.uid() == process.uid())
                .orElse(broker.incarnation().equals(process.incarnation()));
        return same ? Optional.of(broker.incarnation()) : Optional.empty();
    }

    /** A member that was downed is fenced only when the singleton has moved: what vouches for it must end before. */
    static boolean vouchesFor(PeerIdentity process, ClusterImage image, List<Long> members) {
        BrokerImage broker = image.brokers().get(process.broker());
        return broker != null
                && broker.incarnation().equals(process.incarnation())
                && !broker.fenced()
                && members.contains(process.uid());
    }

    /** Connects with whomever the image shows, from now on. When all purposes are known. */
    void follow(CurrentImage image, Supplier<Uuid> incarnation) {
        connections.vouchForThoseInSession(process -> vouchesFor(process, image.get(), members.get()));
        image.onChange((before, after) -> {
            if (!before.brokers().equals(after.brokers())) {
                show(image, incarnation);
            }
        });
        show(image, incarnation);
    }

    /** One at a time, each with the newest image. */
    private synchronized void show(CurrentImage current, Supplier<Uuid> incarnation) {
        ClusterImage image = current.get();
        Map<Integer, PeerAddress> others = new HashMap<>();
        image.brokers().values().forEach(broker -> broker.peerAddress()
                .ifPresent(address -> others.put(broker.id(), address)));
        connections.update(image.clusterId(), incarnation.get(), others);
    }
}
