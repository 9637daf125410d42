package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.LogConfig;

/** What a start and a stop cost with many partitions, on one thread: {@code PartitionsBench [partitions] [directory]}. */
public final class PartitionsBench {
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final LogConfig CONFIG = new LogConfig(Map.of());

    private final int partitions;
    private final Path path;
    private final LogSettings settings;
    private final List<PartitionLog> logs = new ArrayList<>();
    private LogDirectory directory;
    private int epoch;

    private PartitionsBench(int partitions, Path path, ScheduledExecutorService background) {
        this.partitions = partitions;
        this.path = path;
        this.settings = new LogSettings(86_400_000, 1000, Time.SYSTEM, background);
    }

    public static void main(String[] arguments) throws IOException {
        int partitions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5000;
        Path parent = Path.of(arguments.length > 1 ? arguments[1] : System.getProperty("java.io.tmpdir"));
        ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor();
        Path path = Files.createTempDirectory(parent, "ahti-partitions-bench");
        new PartitionsBench(partitions, path, background).run();
        background.shutdownNow();
        PartitionDirectory.deleteTree(path);
    }

    private void run() throws IOException {
        start("new");
        stop("empty");
        start("empty, after a clean stop");
        measure("append the first record", this::append);
        stop("with one new record");
        start("with one record, after a clean stop");
        stop("unchanged");
        start("unchanged, after a clean stop");
        measure("append one record", this::append);
        measure("kill", directory::abandon);
        start("with two records, after a kill");
        stop("recovered");
    }

    private void start(String what) throws IOException {
        measure("open: " + what, () -> {
            logs.clear();
            directory = LogDirectory.open(path, 1, settings);
            for (int i = 0; i < partitions; i++) {
                logs.add(directory.open(new TopicPartition("t", i), TOPIC_ID, CONFIG));
            }
        });
        epoch++;
        measure("start epoch", () -> forEach(log -> log.startEpoch(epoch)));
    }

    private void stop(String what) throws IOException {
        measure("close: " + what, () -> {
            forEach(directory::release);
            directory.close();
        });
    }

    private void append() throws IOException {
        forEach(log -> log.appendAsLeader(
                MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(System.currentTimeMillis(), new byte[100])),
                epoch));
    }

    private interface Step {
        void run() throws IOException;
    }

    private interface Each {
        void on(PartitionLog log) throws IOException;
    }

    private void forEach(Each each) throws IOException {
        for (PartitionLog log : logs) {
            each.on(log);
        }
    }

    private void measure(String what, Step step) throws IOException {
        long start = System.nanoTime();
        step.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%-45s %6.2f s, %6.3f ms each%n", what, seconds, seconds * 1e3 / partitions);
    }
}
