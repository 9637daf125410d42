package dev.ahti.replica;

import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.DecidedMetadata;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.PartitionId;
import dev.ahti.peer.PeerIdentity;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import dev.ahti.replica.replication.MemoryNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** One broker of several in this JVM: its own directory, image and replicas; the metadata and the network are shared. */
final class ReplicaBroker implements AutoCloseable {
    static final Duration LAG_MAX = Duration.ofSeconds(2);
    static final Duration SESSION = Duration.ofMillis(300);
    private static final AtomicLong UIDS = new AtomicLong();

    final int id;
    final ReplicaFixture fixture;
    final CurrentImage image = new CurrentImage();
    volatile boolean seesMajority = true;
    /** While true the metadata cannot be reached from here. */
    volatile boolean cutFromMetadata;
    /** While true what the metadata do for it is done, but it is not told. */
    volatile boolean losesReplies;
    /** While true the image stays as it is. */
    volatile boolean imageStands;

    private final ActorTestKit kit;
    private final DecidedMetadata metadata;
    private final TestProbe<ReplicaStarterCommand> starter;
    private ActorRef<PartitionReplicaCommand> replica;
    private PartitionId partition;
    private volatile Uuid incarnation = Uuid.randomUuid();

    ReplicaBroker(ActorTestKit kit, DecidedMetadata metadata, MemoryNetwork network, Path path, int id)
            throws Exception {
        this.kit = kit;
        this.metadata = metadata;
        this.id = id;
        this.starter = kit.createTestProbe(ReplicaStarterCommand.class);
        ReplicaSettings usual = ReplicaSettings.defaults();
        fixture = new ReplicaFixture(
                path,
                id,
                incarnation,
                image,
                new ReplicaSettings(
                        usual.highWatermarkCheckpointInterval(),
                        usual.logCheckpointInterval(),
                        usual.logStartCheckpointInterval(),
                        usual.retentionCheckInterval(),
                        usual.firstRetentionCheck(),
                        usual.flushCheckInterval(),
                        LAG_MAX,
                        SESSION),
                new ReplicaCluster(
                        network.join(new PeerIdentity(id, incarnation, UIDS.incrementAndGet())),
                        () -> seesMajority,
                        this::proposeIsr));
    }

    private CompletionStage<AlterPartitionReply> proposeIsr(List<IsrProposal> proposals, Duration timeout) {
        if (cutFromMetadata) {
            return CompletableFuture.failedFuture(new IllegalStateException("cut from the metadata"));
        }
        return CompletableFuture.supplyAsync(() -> metadata.proposeIsr(id, incarnation, proposals))
                .thenApply(reply -> {
                    if (losesReplies) {
                        throw new IllegalStateException("the reply is lost");
                    }
                    look();
                    return reply;
                });
    }

    Uuid incarnation() {
        return incarnation;
    }

    /** It was fenced and goes on in the same process, under another name. */
    void useIncarnation(Uuid next) {
        incarnation = next;
        fixture.node.useIncarnation(next);
        if (replica != null) {
            replica.tell(MetadataChanged.INSTANCE);
        }
    }

    /** Shows this broker the metadata as they are. */
    void look() {
        ClusterImage now = metadata.image();
        synchronized (image) {
            if (imageStands || now.version() <= image.get().version()) {
                return;
            }
            image.show(now);
        }
        fixture.node.checkFollowers();
        if (replica != null) {
            replica.tell(MetadataChanged.INSTANCE);
        }
    }

    void open(PartitionId id) {
        partition = id;
        replica = kit.spawn(PartitionReplica.create(fixture.node, id, this.id, starter.ref()));
        fishFor(ReplicaStarterCommand.ReplicaOpened.class);
    }

    void deleteReplica() {
        replica.tell(Close.DELETE_FILES);
        fishFor(ReplicaStarterCommand.ReplicaStopped.class);
        replica = null;
    }

    private void fishFor(Class<? extends ReplicaStarterCommand> type) {
        starter.fishForMessage(
                Duration.ofSeconds(20),
                message -> type.isInstance(message) ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore());
    }

    boolean hasReplica() {
        return replica != null;
    }

    ReplicaHandle replica() {
        return fixture.node.table().get(partition);
    }

    ActorRef<PartitionReplicaCommand> actor() {
        return replica;
    }

    @Override
    public void close() throws Exception {
        if (replica != null) {
            kit.stop(replica);
            replica = null;
        }
        fixture.close();
    }
}
