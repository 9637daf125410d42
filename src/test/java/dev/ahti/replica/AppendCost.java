package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.ledHere;

import com.sun.management.OperatingSystemMXBean;
import dev.ahti.model.PartitionId;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;

/**
 * What an append through the actor costs, against one straight into the log: process CPU microseconds for each batch.
 * Arguments: batch size in bytes (16384), partitions (1), appends in flight for each (4), seconds (5).
 */
public final class AppendCost {
    private static final OperatingSystemMXBean CPU =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private AppendCost() {}

    public static void main(String[] arguments) throws Exception {
        int batchBytes = argument(arguments, 0, 16_384);
        int partitions = argument(arguments, 1, 1);
        int inFlight = argument(arguments, 2, 4);
        int seconds = argument(arguments, 3, 5);
        Path path = Files.createTempDirectory("append-cost");
        ActorTestKit kit = LocalActors.start();
        try (ReplicaFixture fixture = new ReplicaFixture(path)) {
            List<ReplicaHandle> replicas = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                replicas.add(leader(kit, fixture, "t" + i));
            }
            for (int round = 0; round < 3; round++) {
                straight(replicas.get(0), batchBytes, seconds);
                throughActors(replicas, batchBytes, inFlight, (short) -1, seconds);
            }
            replicas.forEach(one -> kit.stop(one.actor()));
        } finally {
            kit.shutdownTestKit();
        }
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }

    private static ReplicaHandle leader(ActorTestKit kit, ReplicaFixture fixture, String topic) throws Exception {
        PartitionId id = fixture.createTopic(
                topic, List.of(1), Map.of("retention.bytes", "100000000", "segment.bytes", "50000000"));
        fixture.changePartition(id, ledHere(0));
        TestProbe<ReplicaStarterCommand> starter = kit.createTestProbe(ReplicaStarterCommand.class);
        kit.spawn(
                PartitionReplica.create(fixture.node, id, ReplicaFixture.SELF, starter.ref()),
                org.apache.pekko.actor.typed.Props.empty().withDispatcherFromConfig("ahti.replica-dispatcher"));
        while (fixture.node.table().get(id) == null
                || !fixture.node.table().get(id).leadership().leading()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return fixture.node.table().get(id);
    }

    static byte[] batch(int bytes) {
        List<SimpleRecord> records = new ArrayList<>();
        for (int size = 0; size < bytes; size += 1024) {
            records.add(new SimpleRecord(System.currentTimeMillis(), new byte[1010]));
        }
        ByteBuffer buffer = MemoryRecords.withRecords(Compression.NONE, records.toArray(new SimpleRecord[0]))
                .buffer();
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    private static void straight(ReplicaHandle replica, int batchBytes, int seconds) throws Exception {
        byte[] batch = batch(batchBytes);
        long cpu = CPU.getProcessCpuTime();
        long begin = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
            replica.log().appendAsLeader(MemoryRecords.readableRecords(ByteBuffer.wrap(batch.clone())), 0);
            count++;
        }
        report("log alone    ", count, batch.length, System.nanoTime() - begin, CPU.getProcessCpuTime() - cpu);
        replica.log().deleteExpired(replica.log().logEndOffset());
    }

    private static void throughActors(
            List<ReplicaHandle> replicas, int batchBytes, int inFlight, short acks, int seconds) throws Exception {
        byte[] batch = batch(batchBytes);
        Semaphore permits = new Semaphore(inFlight * replicas.size());
        long cpu = CPU.getProcessCpuTime();
        long begin = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
            permits.acquire();
            MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(batch.clone()));
            replicas.get((int) (count++ % replicas.size()))
                    .append(
                            records,
                            acks,
                            System.nanoTime() + TimeUnit.SECONDS.toNanos(30),
                            result -> permits.release());
        }
        permits.acquire(inFlight * replicas.size());
        report("through actor", count, batch.length, System.nanoTime() - begin, CPU.getProcessCpuTime() - cpu);
        for (ReplicaHandle replica : replicas) {
            replica.log().deleteExpired(replica.leadership().highWatermark());
        }
    }

    private static void report(String what, long count, int bytes, long nanos, long cpuNanos) {
        System.out.printf(
                "%s %,d batches of %d: %.1f us CPU each, %.0f MB/s%n",
                what, count, bytes, cpuNanos / 1e3 / count, count * (double) bytes * 1e3 / nanos);
    }
}
