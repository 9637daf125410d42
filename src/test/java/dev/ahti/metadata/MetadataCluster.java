package dev.ahti.metadata;

import static dev.ahti.metadata.MetadataNode.await;

import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter;
import org.awaitility.Awaitility;

/** The metadata of several nodes in this JVM: a real cluster over Artery, one database. The first node is the oldest. */
final class MetadataCluster implements AutoCloseable {
    private final String url;
    private final String user;
    private final MetadataSettings settings;
    private final Duration heartbeatPause;
    private final List<MetadataNode> nodes = new ArrayList<>();

    private MetadataCluster(String url, String user, Duration heartbeatPause, MetadataSettings settings) {
        this.url = url;
        this.user = user;
        this.heartbeatPause = heartbeatPause;
        this.settings = settings;
    }

    /** On an H2 database in memory. */
    static MetadataCluster live(int brokers, MetadataSettings settings) {
        return live(brokers, inMemory(), null, settings);
    }

    private static String inMemory() {
        return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    }

    static MetadataCluster live(int brokers, String url, String user, MetadataSettings settings) {
        return live(brokers, new MetadataCluster(url, user, Duration.ofSeconds(2), settings));
    }

    /** Whose nodes suspect nobody: as where the brokers' own connections vouch for a node that is cut off from one other. */
    static MetadataCluster liveAndTrusting(int brokers, MetadataSettings settings) {
        return live(brokers, new MetadataCluster(inMemory(), null, Duration.ofHours(1), settings));
    }

    private static MetadataCluster live(int brokers, MetadataCluster cluster) {
        for (int broker = 1; broker <= brokers; broker++) {
            cluster.start(broker);
        }
        return cluster;
    }

    /** Starts a broker and waits until every node sees it live. */
    MetadataNode start(int broker) {
        MetadataNode node = begin(broker);
        await(node.metadata.registered());
        await(node.metadata.markReady());
        awaitAll(image -> image.isLive(broker));
        return node;
    }

    private MetadataNode begin(int broker) {
        try {
            Optional<Address> seed = nodes.stream().findFirst().map(MetadataNode::address);
            MetadataDatabase database = MetadataDatabase.open(url, user, user);
            MetadataNode node =
                    new MetadataNode(broker, seed, heartbeatPause, database, settings, true, new Uuid(1, broker));
            nodes.add(node);
            return node;
        } catch (MetadataDatabase.UnusableException e) {
            throw new AssertionError(e);
        }
    }

    MetadataNode node(int broker) {
        return nodes.stream().filter(each -> each.broker == broker).findFirst().orElseThrow();
    }

    /** Without a word to the others, as a process that is killed. */
    void kill(int broker) {
        MetadataNode node = node(broker);
        nodes.remove(node);
        node.close();
    }

    List<TopicResult> create(int atBroker, NewTopic... topics) {
        return await(node(atBroker).client().createTopics(Arrays.asList(topics), false, Duration.ofSeconds(60)));
    }

    static NewTopic topic(String name, int partitions, int factor) {
        return new NewTopic(name, partitions, (short) factor, Map.of(), Map.of());
    }

    interface Condition {
        boolean holds(ClusterImage image);
    }

    void awaitAll(Condition condition) {
        awaitThat(() ->
                nodes.stream().allMatch(each -> condition.holds(each.client().image())));
    }

    static void awaitThat(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    /** Nothing that the one sends reaches the other, in both directions. */
    void cut(int one, int other) {
        blackhole(node(one), node(other).address());
        blackhole(node(other), node(one).address());
    }

    /** By Artery's own switch for tests, {@code test-mode}, which takes a message of the transport before it. */
    @SuppressWarnings("deprecation")
    private static void blackhole(MetadataNode from, Address to) {
        try {
            Class<?> both = Class.forName(ThrottlerTransportAdapter.Direction.class.getName() + "$Both$");
            Object command = ThrottlerTransportAdapter.SetThrottle$.MODULE$.apply(
                    to,
                    (ThrottlerTransportAdapter.Direction)
                            both.getField("MODULE$").get(null),
                    ThrottlerTransportAdapter.Blackhole$.MODULE$);
            var provider = (RemoteActorRefProvider) ((ExtendedActorSystem) Adapter.toClassic(from.system)).provider();
            scala.concurrent.Await.result(
                    provider.transport().managementCommand(command), scala.concurrent.duration.Duration.create(5, "s"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        nodes.forEach(each -> each.system.terminate());
        nodes.forEach(each -> ActorTestKit.shutdown(each.system));
    }
}
