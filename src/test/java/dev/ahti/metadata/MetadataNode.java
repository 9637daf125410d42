package dev.ahti.metadata;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.metrics.MetadataMetrics;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PeerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.awaitility.Awaitility;

/** The metadata of one node in this JVM, on a real database. */
final class MetadataNode implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    static final Uuid DIRECTORY = new Uuid(1, 1);

    final int broker;
    final ActorSystem<Void> system;
    final Metadata metadata;
    final List<String> fatal = new CopyOnWriteArrayList<>();

    static MetadataSettings settings(int snapshotEvery) {
        return settings(snapshotEvery, 1000);
    }

    static MetadataSettings settings(int snapshotEvery, int maxWaitingRequests) {
        return new MetadataSettings(
                1,
                (short) 1,
                Map.of(),
                new ConfigDef().define("log.cleaner.threads", ConfigDef.Type.INT, 1, ConfigDef.Importance.LOW, ""),
                Set.of("log.cleaner.threads"),
                Duration.ofMillis(100),
                Duration.ofSeconds(3),
                maxWaitingRequests,
                1000,
                snapshotEvery,
                Duration.ofMillis(50),
                Duration.ofSeconds(20),
                Optional.empty());
    }

    MetadataNode(MetadataDatabase database, MetadataSettings settings, boolean logsIntact, Uuid directory) {
        this(1, Optional.empty(), Duration.ofSeconds(2), database, settings, logsIntact, directory);
    }

    /**
     * @param member of the cluster to join; empty for a cluster of its own
     * @param heartbeatPause after which Pekko suspects another node, where connections between brokers do not vouch for it
     */
    MetadataNode(
            int broker,
            Optional<Address> member,
            Duration heartbeatPause,
            MetadataDatabase database,
            MetadataSettings settings,
            boolean logsIntact,
            Uuid directory) {
        this.broker = broker;
        Config config = ConfigFactory.parseString(
                        """
                        pekko.loglevel = WARNING
                        pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        pekko.remote.artery.advanced.test-mode = on
                        pekko.coordinated-shutdown.exit-jvm = off
                        pekko.coordinated-shutdown.run-by-actor-system-terminate = off
                        pekko.cluster.gossip-interval = 50ms
                        pekko.cluster.leader-actions-interval = 50ms
                        pekko.cluster.singleton-proxy.singleton-identification-interval = 50ms
                        pekko.cluster.roles = ["broker-%d"]
                        pekko.cluster.failure-detector.acceptable-heartbeat-pause = %d ms
                        """
                                .formatted(broker, heartbeatPause.toMillis()))
                .withFallback(database.config())
                .withFallback(ConfigFactory.load());
        system = ActorSystem.create(Behaviors.empty(), "ahti", config);
        Cluster cluster = Cluster.get(system);
        cluster.manager().tell(new Join(member.orElse(cluster.selfMember().address())));
        BrokerIdentity identity = new BrokerIdentity(
                broker,
                directory,
                "",
                List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 9091 + broker)),
                Optional.empty(),
                Optional.of(new PeerAddress(
                        "127.0.0.1",
                        2551 + broker,
                        cluster.selfMember().uniqueAddress().longUid())),
                logsIntact);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> cluster.selfMember().status() == MemberStatus.up());
        metadata = Metadata.start(system, settings, identity, new CurrentImage(), new MetadataMetrics(), fatal::add);
        metadata.registered().thenRun(database::close);
    }

    Address address() {
        return Cluster.get(system).selfMember().address();
    }

    static MetadataNode live(MetadataDatabase database) {
        return live(database, settings(1000));
    }

    static MetadataNode live(MetadataDatabase database, MetadataSettings settings) {
        MetadataNode node = new MetadataNode(database, settings, true, DIRECTORY);
        await(node.metadata.registered());
        await(node.metadata.markReady());
        return node;
    }

    MetadataClient client() {
        return metadata.client();
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        ActorTestKit.shutdown(system);
    }
}
