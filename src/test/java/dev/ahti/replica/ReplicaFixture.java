package dev.ahti.replica;

import static org.awaitility.Awaitility.await;

import dev.ahti.log.LogDirectory;
import dev.ahti.log.LogSettings;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica.AppendResult;
import dev.ahti.replica.LocalReplica.DeleteResult;
import dev.ahti.replica.LocalReplica.ReadRequest;
import dev.ahti.replica.LocalReplica.ReadResult;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaOpened;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStarted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;

/** A broker's data directory, image and replica table, without a cluster. */
final class ReplicaFixture implements AutoCloseable {
    static final int SELF = 1;
    private static final int DISK_THREADS = 8;
    static final Uuid INCARNATION = Uuid.randomUuid();

    final CurrentImage image;
    final LogDirectory directory;
    final ReplicaNode node;
    private final ScheduledExecutorService background = Executors.newScheduledThreadPool(1);
    private final ExecutorService disk = Executors.newFixedThreadPool(DISK_THREADS);

    ReplicaFixture(Path path) throws IOException {
        this(path, ReplicaCluster.ofOneBroker((proposals, timeout) -> new CompletableFuture<>()));
    }

    ReplicaFixture(Path path, ReplicaCluster cluster) throws IOException {
        this(path, SELF, INCARNATION, new CurrentImage(), ReplicaSettings.defaults(), cluster);
    }

    ReplicaFixture(
            Path path, int self, Uuid incarnation, CurrentImage image, ReplicaSettings settings, ReplicaCluster cluster)
            throws IOException {
        this.image = image;
        directory = LogDirectory.open(path, self, logSettings(background));
        node = new ReplicaNode(
                self,
                incarnation,
                directory,
                image,
                new TopicConfigs(ReplicaFixture::logConfig),
                disk,
                settings,
                cluster,
                (delay, action) -> background.schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Keeps the disk's threads busy. @return lets them go */
    Runnable holdDisk() {
        CountDownLatch letGo = new CountDownLatch(1);
        for (int i = 0; i < DISK_THREADS; i++) {
            CompletableFuture.runAsync(
                    () -> {
                        try {
                            letGo.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    disk);
        }
        return letGo::countDown;
    }

    static LogSettings logSettings(ScheduledExecutorService background) {
        return new LogSettings(TimeUnit.DAYS.toMillis(1), TimeUnit.DAYS.toMillis(7), Time.SYSTEM, background);
    }

    static LogConfig logConfig(Map<String, String> overrides) {
        return new LogConfig(overrides);
    }

    /** A topic of one partition. */
    PartitionId createTopic(String name, List<Integer> replicas, Map<String, String> configs) {
        Uuid id = Uuid.randomUuid();
        PartitionId partition = new PartitionId(id, 0);
        change(before -> {
            ClusterImage next = before.withTopic(TopicImage.empty(id, name))
                    .withPartition(PartitionImage.assigned(partition, replicas));
            for (Map.Entry<String, String> config : configs.entrySet()) {
                next = next.withConfig(
                        new ConfigResource(ConfigResource.Type.TOPIC, name), config.getKey(), config.getValue());
            }
            return next;
        });
        return partition;
    }

    /** A topic of one partition, whose replica leads here in epoch 0. */
    ReplicaHandle startLeader(ActorTestKit kit, List<Integer> replicas, Map<String, String> configs) {
        PartitionId id = createTopic("t", replicas, configs);
        changePartition(id, ledHere(0));
        TestProbe<ReplicaStarterCommand> starter = kit.createTestProbe(ReplicaStarterCommand.class);
        kit.spawn(PartitionReplica.create(node, id, SELF, starter.ref()));
        starter.expectMessageClass(ReplicaStarted.class);
        starter.expectMessageClass(ReplicaOpened.class);
        ReplicaHandle replica = node.table().get(id);
        await().until(() -> replica.leadership().leading());
        return replica;
    }

    void changePartition(PartitionId id, UnaryOperator<PartitionImage> change) {
        change(before -> before.withPartition(change.apply(before.partition(id))));
    }

    void change(UnaryOperator<ClusterImage> change) {
        ClusterImage before = image.get();
        image.show(change.apply(before).withVersion(before.version() + 1));
    }

    /** The partition led here, with other members of the ISR besides. */
    static UnaryOperator<PartitionImage> ledHere(int epoch, Integer... others) {
        return partition -> partition
                .withLeader(SELF, epoch)
                .withIsr(
                        java.util.stream.Stream.concat(
                                        java.util.stream.Stream.of(new IsrMember(SELF, INCARNATION)),
                                        List.of(others).stream().map(id -> new IsrMember(id, Uuid.ZERO_UUID)))
                                .toList(),
                        List.of());
    }

    static MemoryRecords records(String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(System.currentTimeMillis(), null, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    static MemoryRecords idempotent(long producerId, int sequence, String value) {
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE,
                producerId,
                (short) 0,
                sequence,
                new SimpleRecord(System.currentTimeMillis(), value.getBytes(StandardCharsets.UTF_8)));
    }

    static CompletableFuture<AppendResult> append(LocalReplica replica, int acks, MemoryRecords records) {
        return append(replica, acks, records, 30_000);
    }

    /** Fails the future if it is answered twice. */
    static CompletableFuture<AppendResult> append(
            LocalReplica replica, int acks, MemoryRecords records, long timeoutMs) {
        CompletableFuture<AppendResult> answer = new CompletableFuture<>();
        replica.append(records, (short) acks, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs), result -> {
            if (!answer.complete(result)) {
                answer.obtrudeException(new AssertionError("answered twice"));
            }
        });
        return answer;
    }

    static CompletableFuture<DeleteResult> deleteRecords(LocalReplica replica, long offset) {
        return deleteRecords(replica, offset, 30_000);
    }

    static CompletableFuture<DeleteResult> deleteRecords(LocalReplica replica, long offset, long timeoutMs) {
        CompletableFuture<DeleteResult> answer = new CompletableFuture<>();
        replica.deleteRecords(offset, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs), answer::complete);
        return answer;
    }

    static ReadResult read(LocalReplica replica, long offset) throws IOException {
        return replica.read(new ReadRequest(offset, 1 << 20, true, -1, -1, false));
    }

    @Override
    public void close() throws Exception {
        disk.shutdown();
        disk.awaitTermination(10, TimeUnit.SECONDS);
        background.shutdownNow();
        directory.abandon();
    }
}
