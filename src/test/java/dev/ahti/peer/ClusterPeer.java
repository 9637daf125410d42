package dev.ahti.peer;

import static dev.ahti.peer.RecordingHandlers.LIMIT;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import dev.ahti.model.PeerAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;

/** A node of a real cluster, of which there is nothing but its connections and its watch. */
final class ClusterPeer implements AutoCloseable {
    final int broker;
    final ActorSystem<Void> system;
    final Cluster cluster;
    final PeerConnections connections;
    final List<PeerIdentity> declared = new CopyOnWriteArrayList<>();
    final RecordingHandlers dialled = new RecordingHandlers();
    final RecordingHandlers accepted = new RecordingHandlers();

    ClusterPeer(int broker) {
        this(broker, process -> CompletableFuture.completedFuture(null));
    }

    ClusterPeer(int broker, Function<PeerIdentity, CompletionStage<?>> declareDead) {
        this(broker, declareDead, PeerSettings.of("127.0.0.1", 0, Optional.empty()), pause(Duration.ofSeconds(2)));
    }

    /** Heartbeats that nobody misses within a test: whatever is noticed has been proven. */
    static ClusterPeer withoutHeartbeats(int broker, PeerSettings settings) {
        return with(broker, settings, pause(Duration.ofMinutes(5)));
    }

    /** Pekko's own ticks for these come once a minute, and no heartbeats are missed: what happens, somebody asked for. */
    static ClusterPeer withoutTicks(int broker, String... ofWhat) {
        StringBuilder config = new StringBuilder(pause(Duration.ofMinutes(5)));
        for (String interval : ofWhat) {
            config.append("pekko.cluster.").append(interval).append(" = 1 minute\n");
        }
        return with(broker, PeerSettings.of("127.0.0.1", 0, Optional.empty()), config.toString());
    }

    static ClusterPeer withHeartbeats(int broker, PeerSettings settings) {
        return with(broker, settings, pause(Duration.ofSeconds(2)));
    }

    private static ClusterPeer with(int broker, PeerSettings settings, String config) {
        return new ClusterPeer(broker, process -> CompletableFuture.completedFuture(null), settings, config);
    }

    private static String pause(Duration pause) {
        return "pekko.cluster.failure-detector.acceptable-heartbeat-pause = " + pause.toMillis() + " ms\n";
    }

    private ClusterPeer(
            int broker, Function<PeerIdentity, CompletionStage<?>> declareDead, PeerSettings settings, String config) {
        this.broker = broker;
        system = ActorSystem.create(
                Behaviors.empty(),
                "ahti",
                ConfigFactory.parseString(
                                """
                                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                                pekko.remote.artery.advanced.test-mode = on
                                pekko.coordinated-shutdown.exit-jvm = off
                                # As a process that is killed: nobody is told.
                                pekko.coordinated-shutdown.run-by-actor-system-terminate = off
                                """
                                        + config)
                        .withFallback(ConfigFactory.load()));
        cluster = Cluster.get(system);
        GossipOnChange.start(system);
        try {
            connections = PeerConnections.bind(system, settings, broker, uid())
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            ActorTestKit.shutdown(system);
            throw new AssertionError(e);
        }
        connections.serve(PeerPurpose.REPLICATION, accepted);
        connections.dial(PeerPurpose.REPLICATION, dialled);
        connections.watchForDeaths(process -> {
            declared.add(process);
            return declareDead.apply(process);
        });
    }

    /** All of them, up, each knowing all others and connected to them. */
    static void form(List<ClusterPeer> peers) {
        for (ClusterPeer peer : peers) {
            peer.join(peers.get(0).cluster.selfMember().address());
        }
        peers.forEach(peer -> peer.awaitMembers(peers.size()));
        peers.forEach(peer -> peer.update(peers));
        peers.forEach(peer -> peer.dialled.opened(peers.size() - 1));
    }

    void join(Address address) {
        cluster.manager().tell(new Join(address));
    }

    void update(List<ClusterPeer> peers) {
        Map<Integer, PeerAddress> addresses = new HashMap<>();
        peers.forEach(peer -> addresses.put(peer.broker, peer.connections.address()));
        update(addresses);
    }

    void update(Map<Integer, PeerAddress> peers) {
        Map<Integer, PeerAddress> addresses = new HashMap<>(peers);
        addresses.remove(broker);
        connections.update("cluster", new Uuid(broker, uid()), addresses);
    }

    long uid() {
        return cluster.selfMember().uniqueAddress().longUid();
    }

    List<Member> members() {
        return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .toList();
    }

    void awaitMembers(int count) {
        await().atMost(LIMIT).until(() -> isUp(count));
    }

    /** Whether it knows so many members, all of them up. */
    boolean isUp(int count) {
        return members().size() == count
                && members().stream().allMatch(member -> member.status().equals(MemberStatus.up()));
    }

    boolean isMember(ClusterPeer other) {
        return members().stream().anyMatch(member -> member.uniqueAddress().longUid() == other.uid());
    }

    @Override
    public void close() {
        ActorTestKit.shutdown(system);
    }
}
