package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition's directory goes from us to Kafka's own log and back, with nothing lost or refused. */
class KafkaOpensOursTest {
    private static final Map<String, String> CONFIGS =
            Map.of("segment.bytes", "1048576", "index.interval.bytes", "500");

    @TempDir
    Path path;

    @Test
    void kafkaGoesOnWhereWeStoppedAndWeGoOnWhereKafkaStopped() throws Exception {
        KafkaScheduler scheduler = new KafkaScheduler(1);
        scheduler.startup();
        try (OpenLogs logs = new OpenLogs(path, CONFIGS)) {
            for (int i = 0; i < 100; i++) {
                idempotent(logs, i);
                if (i % 30 == 29) {
                    logs.log.roll();
                }
            }
            List<String> before = logs.records();
            logs.directory.close();

            try (UnifiedLog kafkas = kafkas(logs, scheduler, true)) {
                assertThat(kafkas.logEndOffset()).isEqualTo(100);
                assertThat(kafkas.latestEpoch()).contains(1);
                assertThat(records(kafkas)).isEqualTo(before);
                assertThat(kafkas.activeProducersWithLastSequence().get(7L)).isEqualTo(99);
                kafkas.appendAsLeader(batch(logs, 100), 2);
                kafkas.roll();
                kafkas.appendAsLeader(batch(logs, 101), 2);
            }

            logs.open();
            assertThat(logs.log.logEndOffset()).isEqualTo(102);
            assertThat(logs.log.latestEpoch()).isEqualTo(2);
            assertThat(idempotent(logs, 101).duplicate()).isTrue();
            assertThat(idempotent(logs, 102).firstOffset()).isEqualTo(102);
            assertThat(logs.records()).startsWith(before.toArray(String[]::new)).hasSize(103);
        } finally {
            scheduler.shutdown();
        }
    }

    @Test
    void kafkaRecoversWhatAKilledProcessOfOursLeft() throws Exception {
        KafkaScheduler scheduler = new KafkaScheduler(1);
        scheduler.startup();
        try (OpenLogs logs = new OpenLogs(path, CONFIGS)) {
            for (int i = 0; i < 50; i++) {
                idempotent(logs, i);
            }
            List<String> before = logs.records();
            logs.kill();
            try (UnifiedLog kafkas = kafkas(logs, scheduler, false)) {
                assertThat(records(kafkas)).isEqualTo(before);
            }
            logs.open();
        } finally {
            scheduler.shutdown();
        }
    }

    private UnifiedLog kafkas(OpenLogs logs, KafkaScheduler scheduler, boolean clean) throws IOException {
        return UnifiedLog.create(
                path.resolve(OpenLogs.PARTITION.toString()).toFile(),
                logs.config(),
                0,
                0,
                scheduler,
                new BrokerTopicStats(),
                logs.time,
                300_000,
                new ProducerStateManagerConfig(86_400_000, false),
                600_000,
                new LogDirFailureChannel(1),
                clean,
                Optional.of(OpenLogs.TOPIC_ID));
    }

    private static LogAppend idempotent(OpenLogs logs, int sequence) throws IOException {
        return logs.log.appendAsLeader(batch(logs, sequence), 1);
    }

    private static MemoryRecords batch(OpenLogs logs, int sequence) {
        byte[] value = ("value " + sequence).repeat(10).getBytes(StandardCharsets.UTF_8);
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE, 7, (short) 0, sequence, new SimpleRecord(logs.time.milliseconds(), value));
    }

    private static List<String> records(UnifiedLog log) throws IOException {
        List<String> found = new ArrayList<>();
        long offset = log.logStartOffset();
        while (offset < log.logEndOffset()) {
            for (var record : log.read(offset, 100_000, FetchIsolation.LOG_END, true)
                    .records
                    .records()) {
                found.add(record.offset() + ":" + StandardCharsets.UTF_8.decode(record.value()));
                offset = record.offset() + 1;
            }
        }
        return found;
    }
}
