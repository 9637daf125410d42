package dev.ahti.replica;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/**
 * What acks=all costs a leader and its followers together, over connections in memory (one copy each, no sockets): process
 * CPU seconds for each GB that was appended. Arguments: batch size in bytes (65536), appends in flight (8), followers (1),
 * seconds (5).
 */
public final class ReplicationCost {
    private static final OperatingSystemMXBean CPU =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private ReplicationCost() {}

    public static void main(String[] arguments) throws Exception {
        int batchBytes = argument(arguments, 0, 65_536);
        int inFlight = argument(arguments, 1, 8);
        int followers = argument(arguments, 2, 1);
        int seconds = argument(arguments, 3, 5);
        Path path = Files.createTempDirectory("replication-cost");
        ActorTestKit kit = LocalActors.start();
        try (ReplicaBrokers brokers = new ReplicaBrokers(kit, path)) {
            brokers.createTopic(
                    Map.of("retention.bytes", "100000000", "segment.bytes", "50000000"),
                    List.of(1, 2, 3).subList(0, 1 + followers).toArray(Integer[]::new));
            brokers.network.dialAll();
            ReplicaHandle leader = brokers.awaitLeader(1);
            for (int round = 0; round < 3; round++) {
                measure(brokers, leader, AppendCost.batch(batchBytes), inFlight, seconds);
            }
        } finally {
            kit.shutdownTestKit();
        }
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }

    private static void measure(ReplicaBrokers brokers, ReplicaHandle leader, byte[] batch, int inFlight, int seconds)
            throws Exception {
        Semaphore permits = new Semaphore(inFlight);
        long cpu = CPU.getProcessCpuTime();
        long begin = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
            permits.acquire();
            count++;
            leader.append(
                    MemoryRecords.readableRecords(ByteBuffer.wrap(batch.clone())),
                    (short) -1,
                    System.nanoTime() + TimeUnit.SECONDS.toNanos(30),
                    result -> permits.release());
        }
        permits.acquire(inFlight);
        double gigabytes = count * (double) batch.length / 1e9;
        long nanos = System.nanoTime() - begin;
        System.out.printf(
                "%,d batches of %d: %.2f CPU-s/GB, %.0f MB/s%n",
                count, batch.length, (CPU.getProcessCpuTime() - cpu) / 1e9 / gigabytes, gigabytes * 1e12 / nanos);
        for (ReplicaBroker broker : brokers.running()) {
            if (broker.hasReplica()) {
                broker.replica().log().deleteExpired(broker.replica().highWatermark());
            }
        }
    }
}
