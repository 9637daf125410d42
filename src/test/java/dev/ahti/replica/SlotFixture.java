package dev.ahti.replica;

import static org.awaitility.Awaitility.await;

import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaOpened;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStopped;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/** Broker 1 with its only slot of the offsets topic, which has a real log; the metadata say what the test wants. */
public final class SlotFixture implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ReplicaFixture fixture;
    private final TestProbe<ReplicaStarterCommand> starter;
    private final ActorRef<PartitionReplicaCommand> actor;
    private final PartitionId id;
    private volatile boolean seesMajority = true;

    /** An empty log, which nobody leads. */
    public SlotFixture(Path path, ActorSystem<?> system) throws Exception {
        this(path, system, null);
    }

    /** @param shown the metadata of an earlier life in the same directory, or null */
    public SlotFixture(Path path, ActorSystem<?> system, ClusterImage shown) throws Exception {
        fixture = new ReplicaFixture(
                path,
                new ReplicaCluster(
                        ReplicaCluster.ofOneBroker((proposals, timeout) -> new CompletableFuture<>())
                                .peers(),
                        () -> seesMajority,
                        (proposals, timeout) -> new CompletableFuture<>()));
        if (shown == null) {
            id = fixture.createTopic(
                    Topic.GROUP_METADATA_TOPIC_NAME, List.of(1, 2, 3), Map.of("cleanup.policy", "compact"));
        } else {
            fixture.image.show(shown);
            id = new PartitionId(shown.topic(Topic.GROUP_METADATA_TOPIC_NAME).id(), 0);
        }
        starter = TestProbe.create(system);
        actor = system.systemActorOf(
                PartitionReplica.create(fixture.node, id, ReplicaFixture.SELF, starter.ref()),
                "replica-" + Uuid.randomUuid(),
                Props.empty());
        fishFor(ReplicaOpened.class);
    }

    public CurrentImage image() {
        return fixture.image;
    }

    /** Knows the image and nothing else. */
    public MetadataClient client() {
        return client(fixture.image);
    }

    static MetadataClient client(CurrentImage image) {
        return (MetadataClient) Proxy.newProxyInstance(
                MetadataClient.class.getClassLoader(), new Class<?>[] {MetadataClient.class}, (self, method, asked) -> {
                    if (method.getName().equals("image")) {
                        return image.get();
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    public ObservedReplicas replicas() {
        return fixture.node.table();
    }

    public LocalReplica replica() {
        return fixture.node.table().get(id);
    }

    /** @param others brokers that are in sync besides, which never say how far they have come */
    public void lead(int epoch, Integer... others) {
        changePartition(partition -> ReplicaFixture.ledHere(epoch, others).apply(partition));
        await().atMost(PATIENCE)
                .until(() -> replica().leadership().leading()
                        && replica().leadership().leaderEpoch() == epoch);
    }

    /** The ISR is this broker and no other any more. */
    public void leadAlone() {
        int epoch = replica().leadership().leaderEpoch();
        changePartition(partition -> ReplicaFixture.ledHere(epoch).apply(partition));
    }

    public void follow(int leader, int epoch) {
        changePartition(partition -> partition.withLeader(leader, epoch));
        await().atMost(PATIENCE).until(() -> replica().leadership().leaderEpoch() == epoch);
    }

    private void changePartition(UnaryOperator<dev.ahti.metadata.image.PartitionImage> change) {
        fixture.changePartition(id, change);
        actor.tell(MetadataChanged.INSTANCE);
    }

    public void change(UnaryOperator<ClusterImage> change) {
        fixture.change(change);
    }

    /** False: whatever is appended from now on is refused. */
    public void seesMajority(boolean sees) {
        seesMajority = sees;
    }

    /** Another epoch, of which the replica's log cannot learn yet: meanwhile nothing is taken. @return lets it go on */
    public Runnable holdInNextEpoch() {
        int epoch = replica().leadership().leaderEpoch();
        Runnable letGo = fixture.holdDisk();
        changePartition(partition -> ReplicaFixture.ledHere(epoch + 1).apply(partition));
        return letGo;
    }

    private void fishFor(Class<? extends ReplicaStarterCommand> type) {
        starter.fishForMessage(
                PATIENCE,
                message -> type.isInstance(message) ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore());
    }

    @Override
    public void close() throws Exception {
        actor.tell(Close.KEEP_FILES);
        fishFor(ReplicaStopped.class);
        fixture.close();
    }
}
