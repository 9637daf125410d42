package dev.ahti.replica;

import static org.awaitility.Awaitility.await;

import dev.ahti.log.LogDirectory;
import dev.ahti.metadata.DecidedMetadata;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.replication.MemoryNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Brokers 1, 2 and 3 in this JVM with one partition between them: real actors, logs and decisions; connections in memory. */
final class ReplicaBrokers implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final DecidedMetadata metadata = new DecidedMetadata();
    final MemoryNetwork network;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final ActorTestKit kit;
    private final Path path;
    private final Map<Integer, ReplicaBroker> running = new TreeMap<>();
    private PartitionId partition;

    ReplicaBrokers(ActorTestKit kit, Path path) throws Exception {
        this.kit = kit;
        this.path = path;
        this.network = new MemoryNetwork(threads);
        for (int id = 1; id <= 3; id++) {
            start(id, true);
        }
    }

    PartitionId createTopic(Map<String, String> configs, Integer... replicas) {
        return createTopic("t", configs, replicas);
    }

    PartitionId createTopic(String name, Map<String, String> configs, Integer... replicas) {
        partition = metadata.createTopic(name, List.of(replicas), configs);
        showAll();
        for (int id : replicas) {
            openIfKnown(id);
        }
        return partition;
    }

    /** Where the broker runs and its image shows the partition, as a starter of replicas would. */
    void openIfKnown(int id) {
        ReplicaBroker broker = running.get(id);
        if (broker != null && broker.image.get().partition(partition) != null) {
            broker.open(partition);
        }
    }

    /** Of the same name, on the same brokers; those that run drop what they have of the old one. */
    PartitionId createTopicAnew(Integer... replicas) {
        metadata.deleteTopic(partition);
        for (ReplicaBroker broker : running.values()) {
            broker.deleteReplica();
        }
        return createTopic(Map.of(), replicas);
    }

    /** A process for the broker: registers, opens what it has, and is live. */
    ReplicaBroker start(int id, boolean logsIntact) throws Exception {
        ReplicaBroker broker = new ReplicaBroker(kit, metadata, network, path.resolve("broker-" + id), id);
        metadata.register(id, broker.incarnation(), logsIntact);
        running.put(id, broker);
        showAll();
        if (partition != null && metadata.partition(partition).hasReplica(id)) {
            broker.open(partition);
        }
        metadata.ready(id, broker.incarnation());
        showAll();
        return broker;
    }

    /** It lives, but was fenced: it registers again in the same process. */
    void registerAgain(int id) {
        ReplicaBroker broker = running.get(id);
        Uuid next = Uuid.randomUuid();
        broker.useIncarnation(next);
        metadata.register(id, next, true);
        metadata.ready(id, next);
        showAll();
    }

    /** What was not on the disk of a broker that does not run is gone, as after a power cut. */
    void loseTail(int id, long offset) throws Exception {
        ScheduledExecutorService background = Executors.newScheduledThreadPool(1);
        try (LogDirectory directory =
                LogDirectory.open(path.resolve("broker-" + id), id, ReplicaFixture.logSettings(background))) {
            directory
                    .open(new TopicPartition("t", 0), partition.topicId(), ReplicaFixture.logConfig(Map.of()))
                    .truncateTo(offset);
        } finally {
            background.shutdownNow();
        }
    }

    /** Its process ends without a word; the metadata have yet to hear of it. */
    void kill(int id) throws Exception {
        network.leave(id);
        running.remove(id).close();
    }

    void showAll() {
        running.values().forEach(ReplicaBroker::look);
    }

    void declareDead(int id) {
        metadata.declareDead(id);
        showAll();
    }

    ReplicaBroker broker(int id) {
        return running.get(id);
    }

    Collection<ReplicaBroker> running() {
        return running.values();
    }

    ReplicaHandle replica(int id) {
        return running.get(id).replica();
    }

    PartitionImage state() {
        return metadata.partition(partition);
    }

    ReplicaHandle awaitLeader(int id) {
        await().atMost(PATIENCE).until(() -> replica(id).leadership().leading());
        return replica(id);
    }

    void awaitIsr(Integer... brokers) {
        awaitState(state -> state.isrBrokers().size() == brokers.length
                && state.isrBrokers().containsAll(List.of(brokers)));
    }

    void awaitState(Predicate<PartitionImage> expected) {
        await().atMost(PATIENCE).until(() -> expected.test(state()));
    }

    void awaitLogEnd(int id, long offset) {
        await().atMost(PATIENCE).until(() -> replica(id).log().logEndOffset() == offset);
    }

    void awaitHighWatermark(int id, long offset) {
        await().atMost(PATIENCE).until(() -> replica(id).highWatermark() == offset);
    }

    @Override
    public void close() throws Exception {
        for (int id : List.copyOf(running.keySet())) {
            kill(id);
        }
        threads.shutdownNow();
    }
}
