package dev.ahti.replica;

import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.MetadataClient;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Brokers 1, 2 and 3 with the only slot of the offsets topic between them: real logs, replication and elections. */
public final class SlotBrokers implements AutoCloseable {
    private final ReplicaBrokers brokers;

    /** Broker 1 leads, all are in sync. */
    public SlotBrokers(ActorTestKit kit, Path path) throws Exception {
        brokers = new ReplicaBrokers(kit, path);
        brokers.createTopic(
                Topic.GROUP_METADATA_TOPIC_NAME,
                Map.of("cleanup.policy", "compact", "min.insync.replicas", "2"),
                1,
                2,
                3);
        brokers.network.dialAll();
        brokers.awaitLeader(1);
        brokers.awaitIsr(1, 2, 3);
    }

    public static ActorTestKit actors() {
        return LocalActors.start();
    }

    public CurrentImage image(int broker) {
        return brokers.broker(broker).image;
    }

    public MetadataClient client(int broker) {
        return SlotFixture.client(image(broker));
    }

    public ObservedReplicas replicas(int broker) {
        return brokers.broker(broker).fixture.node.table();
    }

    public int leader() {
        return brokers.state().leader();
    }

    /** Its process ends without a word, and the metadata hear of it. */
    public void kill(int broker) throws Exception {
        brokers.kill(broker);
        brokers.declareDead(broker);
    }

    public void start(int broker) throws Exception {
        brokers.start(broker, true);
        brokers.network.dialAll();
    }

    public void awaitAllInSync() {
        brokers.awaitIsr(1, 2, 3);
    }

    @Override
    public void close() throws Exception {
        brokers.close();
    }
}
