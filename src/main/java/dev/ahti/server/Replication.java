package dev.ahti.server;

import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.config.BrokerConfig;
import dev.ahti.log.LogDirectory;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.Metadata;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.ReplicaCluster;
import dev.ahti.replica.Replicas;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;

/** This broker's replicas in step with its registration. */
final class Replication {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    /** Longer, since it may take minutes, and each look is at all partitions. */
    private static final Duration COPYING_LOOK_AGAIN = Duration.ofMillis(50);

    private final ActorSystem<?> system;
    private final int brokerId;
    private final CurrentImage image;
    private final Replicas replicas;
    private final Supplier<Uuid> registering;

    private Replication(
            ActorSystem<?> system, int brokerId, CurrentImage image, Replicas replicas, Supplier<Uuid> registering) {
        this.system = system;
        this.brokerId = brokerId;
        this.image = image;
        this.replicas = replicas;
        this.registering = registering;
    }

    static Replication start(
            ActorSystem<?> system,
            BrokerConfig config,
            CurrentBrokerConfig current,
            LogDirectory directory,
            Metadata metadata,
            BrokerPeers peers) {
        CurrentImage image = metadata.image();
        Replicas replicas = Replicas.start(
                system,
                config.nodeId(),
                metadata.incarnation(),
                directory,
                image,
                overrides -> current.in(image.get()).topicConfig(overrides),
                Settings.replica(config),
                new ReplicaCluster(peers.connections(), peers.majorityView()::seesMajority, metadata::proposeIsr));
        Replication replication = new Replication(system, config.nodeId(), image, replicas, metadata::incarnation);
        image.onChange(replication::follow);
        peers.watchForDeaths(image, metadata);
        peers.follow(image, metadata::incarnation);
        return replication;
    }

    Replicas replicas() {
        return replicas;
    }

    /** Completes when every log that the image assigns to this broker is open, or is known to be one that cannot be. */
    CompletionStage<Done> opened(ClusterImage registered) {
        return replicas.allOpen(registered.version());
    }

    /** Completes when each open replica leads that should: from then on a client that produces is not sent away. */
    CompletionStage<Done> leading() {
        CompletableFuture<Done> leading = new CompletableFuture<>();
        lookWhether(this::leads, LOOK_AGAIN, leading);
        return leading;
    }

    /**
     * Completes when each open replica is in sync whose leader lives: from then on another broker may be stopped. A replica
     * without a leader waits for somebody else.
     */
    CompletionStage<Done> inSync() {
        CompletableFuture<Done> inSync = new CompletableFuture<>();
        lookWhether(this::inSync, COPYING_LOOK_AGAIN, inSync);
        return inSync;
    }

    private boolean inSync(TopicImage topic) {
        return topic.partitions().stream()
                .filter(partition -> partition.hasReplica(brokerId) && partition.leader() != PartitionImage.NO_LEADER)
                .allMatch(
                        partition -> partition.isrBrokers().contains(brokerId) || replicas.get(partition.id()) == null);
    }

    private void lookWhether(Predicate<TopicImage> holds, Duration every, CompletableFuture<Done> done) {
        if (image.get().topics().values().stream().allMatch(holds)) {
            done.complete(Done.getInstance());
        } else {
            system.scheduler().scheduleOnce(every, () -> lookWhether(holds, every, done), system.executionContext());
        }
    }

    private boolean leads(TopicImage topic) {
        return topic.partitions().stream()
                .filter(partition -> partition.leader() == brokerId)
                .allMatch(this::leads);
    }

    private boolean leads(PartitionImage partition) {
        LocalReplica replica = replicas.get(partition.id());
        return replica == null || replica.leadership().leading();
    }

    /** A broker that was fenced registers again in the same process, under another incarnation. */
    private void follow(ClusterImage before, ClusterImage after) {
        Uuid now = incarnation(after);
        if (now != null && !now.equals(incarnation(before))) {
            // Never what the image says: another process may have registered under this broker's id.
            replicas.useIncarnation(registering.get());
        }
    }

    private Uuid incarnation(ClusterImage shown) {
        return shown.broker(brokerId).map(BrokerImage::incarnation).orElse(null);
    }

    /** False where a log could not be closed. */
    CompletionStage<Boolean> stop() {
        return replicas.shutDown().handle((done, failure) -> failure == null);
    }
}
