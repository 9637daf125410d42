package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.LogConfig;

/** A data directory for tests, with one partition, that can be closed, killed and opened again. */
final class OpenLogs implements AutoCloseable {
    static final TopicPartition PARTITION = new TopicPartition("t", 0);
    static final Uuid TOPIC_ID = Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAQ");

    final ManualTime time = new ManualTime();
    final LogSettings settings;
    LogDirectory directory;
    PartitionLog log;
    private final ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor();
    private final Path path;
    private final LogConfig config;

    OpenLogs(Path path, Map<String, String> configs) throws IOException {
        this.path = path;
        this.settings = new LogSettings(86_400_000, 1000, time, background);
        Properties properties = new Properties();
        properties.putAll(configs);
        this.config = new LogConfig(properties);
        open();
    }

    void open() throws IOException {
        directory = LogDirectory.open(path, 1, settings);
        log = directory.open(PARTITION, TOPIC_ID, config);
    }

    LogConfig config() {
        return config;
    }

    void reopen() throws IOException {
        directory.close();
        open();
    }

    /** As kill -9 does: no file is closed in order, no marker. */
    void kill() throws IOException {
        awaitBackground();
        directory.abandon();
    }

    /** A process that was killed writes nothing more; its threads here would. */
    static void awaitIdle(ExecutorService background) throws IOException {
        try {
            background.submit(() -> {}).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException(e);
        }
    }

    /** What is to be done in the background waits until this is counted down. */
    CountDownLatch holdBackground() {
        CountDownLatch hold = new CountDownLatch(1);
        background.execute(() -> {
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return hold;
    }

    void awaitBackground() throws IOException {
        awaitIdle(background);
    }

    /** As if the machine had gone down too. */
    void forgetKernel() throws IOException {
        Files.writeString(path.resolve(".boot_id"), "another kernel");
    }

    long append(String... values) throws IOException {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(time.milliseconds(), values[i].getBytes(StandardCharsets.UTF_8));
        }
        return log.appendAsLeader(MemoryRecords.withRecords(Compression.NONE, records), 1)
                .firstOffset();
    }

    /** One record of an idempotent producer, at this place in its sequence. */
    LogAppend appendIdempotent(long producerId, int sequence) throws IOException {
        SimpleRecord record =
                new SimpleRecord(time.milliseconds(), ("no " + sequence).getBytes(StandardCharsets.UTF_8));
        return log.appendAsLeader(
                MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) 0, sequence, record), 1);
    }

    /** All records from the log start on, as {@code offset:value}. */
    List<String> records() throws IOException {
        List<String> found = new ArrayList<>();
        long offset = log.logStartOffset();
        while (offset < log.logEndOffset()) {
            LogSlice slice = (LogSlice)
                    log.read(offset, Long.MAX_VALUE, 4096, true, false).records();
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
            slice.read(0, bytes);
            for (Record record : MemoryRecords.readableRecords(bytes.flip()).records()) {
                if (record.offset() >= offset) {
                    found.add(record.offset() + ":" + StandardCharsets.UTF_8.decode(record.value()));
                    offset = record.offset() + 1;
                }
            }
        }
        return found;
    }

    Path segment(long baseOffset) {
        return log.directory().resolve(SegmentFiles.fileName(baseOffset) + ".log");
    }

    @Override
    public void close() throws IOException {
        directory.close();
        background.shutdownNow();
    }
}
