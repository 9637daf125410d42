package dev.ahti.peer;

import com.typesafe.config.ConfigFactory;
import dev.ahti.model.PeerAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A broker of which there is nothing but its connections. */
final class TestPeer implements AutoCloseable {
    static final String CLUSTER = "cluster";

    final int broker;
    final long uid;
    final ActorSystem<Void> system;
    final PeerConnections connections;
    final RecordingHandlers dialled = new RecordingHandlers();
    final RecordingHandlers accepted = new RecordingHandlers();
    Uuid incarnation;

    private TestPeer(int broker, long uid, PeerSettings settings) {
        this.broker = broker;
        this.uid = uid;
        this.incarnation = new Uuid(broker, uid);
        system = ActorSystem.create(
                Behaviors.empty(),
                "peer-" + broker,
                ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
        try {
            connections = PeerConnections.bind(system, settings, broker, uid)
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            ActorTestKit.shutdown(system);
            throw new AssertionError(e);
        }
        connections.serve(PeerPurpose.REPLICATION, accepted);
        connections.dial(PeerPurpose.REPLICATION, dialled);
    }

    static TestPeer start(int broker) {
        return start(broker, 100L + broker, settings(0));
    }

    static TestPeer start(int broker, long uid, PeerSettings settings) {
        return new TestPeer(broker, uid, settings);
    }

    /** Quick where a test waits for it, slow where waiting is a failure. */
    static PeerSettings settings(int port) {
        return settings(port, null, Duration.ofSeconds(20));
    }

    static PeerSettings settings(int port, String secret, Duration limit) {
        return new PeerSettings(
                "127.0.0.1",
                port,
                Optional.ofNullable(secret),
                8 << 20,
                Duration.ofMillis(50),
                limit,
                limit,
                Duration.ofMillis(10),
                Duration.ofMillis(100));
    }

    int port() {
        return connections.address().port();
    }

    /** Registers, and dials those. */
    void update(PeerAddress... others) {
        Map<Integer, PeerAddress> addresses = new java.util.HashMap<>();
        for (PeerAddress other : others) {
            addresses.put((int) (other.uid() % 100), other);
        }
        connections.update(CLUSTER, incarnation, addresses);
    }

    PeerAddress address() {
        return connections.address();
    }

    PeerIdentity identity() {
        return new PeerIdentity(broker, incarnation, uid);
    }

    @Override
    public void close() {
        ActorTestKit.shutdown(system);
    }
}
