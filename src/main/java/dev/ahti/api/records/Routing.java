package dev.ahti.api.records;

import dev.ahti.api.DeadlineTimer;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplicas;
import dev.ahti.replica.RefusedSequences;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/** Where a partition's requests go: its replica here, or what to tell the client instead. */
final class Routing {
    private static final long OPENING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int brokerId;
    private final LocalReplicas replicas;
    private final Supplier<ClusterImage> image;
    private final DeadlineTimer timer;

    Routing(int brokerId, LocalReplicas replicas, Supplier<ClusterImage> image, DeadlineTimer timer) {
        this.brokerId = brokerId;
        this.replicas = replicas;
        this.image = image;
        this.timer = timer;
    }

    ClusterImage image() {
        return image.get();
    }

    RefusedSequences refused() {
        return replicas.refused();
    }

    /** The replica on this node, or null: then {@link #errorWithoutReplica} says why. */
    LocalReplica replica(TopicImage topic, int partition) {
        return topic == null || topic.partition(partition) == null
                ? null
                : replicas.get(new PartitionId(topic.id(), partition));
    }

    /** For what must not overtake those that wait for the replica: null also while they do ({@link #awaitReplica}). */
    LocalReplica replicaInTurn(TopicImage topic, int partition) {
        PartitionId id = new PartitionId(topic.id(), partition);
        return replicas.isAwaited(id) ? null : replicas.get(id);
    }

    /**
     * Where {@link #replicaInTurn} is null: a topic is shown before its logs are open, and a client that does not try again would
     * fail for that. So what this broker leads is waited for, but not long. {@code known} is called once, on any thread,
     * with the replica or with null; in the order in which requests came.
     */
    void awaitReplica(TopicImage topic, int partition, long deadlineNanos, Consumer<LocalReplica> known) {
        if (topic.partition(partition).leader() != brokerId) {
            known.accept(null);
            return;
        }
        PartitionId id = new PartitionId(topic.id(), partition);
        CompletableFuture<Void> over = new CompletableFuture<>();
        Runnable endWait = replicas.onOpen(id, () -> {
            known.accept(replicas.get(id));
            over.complete(null);
        });
        if (!over.isDone()) {
            long nanos = Math.min(OPENING_NANOS, Math.max(0, deadlineNanos - System.nanoTime()));
            over.thenRun(timer.after(nanos, endWait));
        }
    }

    /** Both are retriable: the metadata of a new topic may be on its way to this node. */
    static Errors errorWithoutReplica(TopicImage topic, int partition) {
        return topic == null || topic.partition(partition) == null
                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /**
     * Whether the replica may answer what only a leader may.
     *
     * @param believedEpoch the client's, or -1 where it has none (KIP-320)
     */
    static Errors checkLeadership(LocalReplica.Leadership leadership, int believedEpoch) {
        if (believedEpoch >= 0 && believedEpoch != leadership.leaderEpoch()) {
            return believedEpoch < leadership.leaderEpoch() ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
        }
        return leadership.leading() ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /** Address of a broker as KIP-951 answers give it; {@code rack} may be null. */
    record NodeAddress(int id, String host, int port, String rack) {}

    /** The broker's address on that listener, or null if it is unknown, fenced or has no such listener. */
    static NodeAddress address(ClusterImage image, int broker, String listener) {
        BrokerImage found = image.brokers().get(broker);
        if (found == null || found.fenced()) {
            return null;
        }
        Endpoint endpoint = found.endpoint(listener).orElse(null);
        return endpoint == null
                ? null
                : new NodeAddress(
                        broker, endpoint.host(), endpoint.port(), found.rack().orElse(null));
    }
}
