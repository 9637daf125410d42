package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands between an append and the validation, producer state and transaction index that it goes through. */
class AppendTest {
    private static final long PRODUCER = 7;

    @TempDir
    Path directory;

    @Test
    void replicatedBatchesMayStandAnywhereInTheirBuffer() throws Exception {
        try (OpenLogs logs = new OpenLogs(directory, Map.of())) {
            ByteBuffer batches = ByteBuffer.allocate(1000).position(100);
            batches.put(replicated(0, 0)).put(replicated(1, 0));
            batches.flip().position(100);

            LogAppend appended = logs.log.appendAsFollower(MemoryRecords.readableRecords(batches), 0);

            assertThat(appended.lastOffset()).isEqualTo(1);
            assertThat(logs.records()).containsExactly("0:v0", "1:v1");
        }
    }

    @Test
    void aFollowerTakesNothingFromALaterEpochThanItFetchesIn() throws Exception {
        try (OpenLogs logs = new OpenLogs(directory, Map.of())) {
            ByteBuffer batches = ByteBuffer.allocate(1000)
                    .put(replicated(0, 4))
                    .put(replicated(1, 5))
                    .put(replicated(2, 6))
                    .put(replicated(3, 5))
                    .flip();

            logs.log.appendAsFollower(MemoryRecords.readableRecords(batches), 5);

            assertThat(logs.records()).containsExactly("0:v0", "1:v1");
            assertThat(logs.log.latestEpoch()).isEqualTo(5);

            logs.log.appendAsFollower(MemoryRecords.readableRecords(replicated(2, 6)), 5);
            assertThat(logs.log.logEndOffset()).isEqualTo(2);

            logs.log.appendAsFollower(MemoryRecords.readableRecords(replicated(2, 6)), 6);
            assertThat(logs.records()).containsExactly("0:v0", "1:v1", "2:v2");
        }
    }

    @Test
    void aFollowerBeginsInsideABatchWhereTheLeadersLogDoes() throws Exception {
        try (OpenLogs logs = new OpenLogs(directory, Map.of())) {
            logs.log.truncateFullyAndStartAt(6);
            ByteBuffer batch = MemoryRecords.withRecords(
                            Compression.NONE,
                            new SimpleRecord("deleted".getBytes(StandardCharsets.UTF_8)),
                            new SimpleRecord("kept".getBytes(StandardCharsets.UTF_8)))
                    .buffer();
            Batches.setBaseOffset(batch, 0, 5);

            logs.log.appendAsFollower(MemoryRecords.readableRecords(batch), 0);

            assertThat(logs.log.logStartOffset()).isEqualTo(6);
            assertThat(logs.records()).containsExactly("6:kept");
        }
    }

    /** One record as the leader of this epoch sends it. */
    private static ByteBuffer replicated(long offset, int leaderEpoch) {
        ByteBuffer batch = MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(("v" + offset).getBytes(StandardCharsets.UTF_8)))
                .buffer();
        Batches.setBaseOffset(batch, 0, offset);
        Batches.setLeaderEpoch(batch, 0, leaderEpoch);
        return batch;
    }

    @Test
    void anEndMarkerIsHeldAgainstItsTransactionVersion() throws Exception {
        try (OpenLogs logs = new OpenLogs(directory, Map.of())) {
            logs.log.appendAsLeader(transactional(logs), 1);
            assertThatThrownBy(() -> logs.log.appendEndMarker(abort(logs, 0), 1, (short) 2))
                    .isInstanceOf(InvalidProducerEpochException.class);
            assertThat(logs.log.lastStableOffset(2)).isZero();

            logs.log.appendEndMarker(abort(logs, 1), 1, (short) 2);

            assertThat(logs.log.lastStableOffset(2)).isEqualTo(2);
            assertThat(logs.log.read(0, 2, 1000, true, true).abortedTransactions())
                    .hasSize(1);
        }
    }

    @Test
    void nothingOfASegmentIsLeftWhenItIsDeleted() throws Exception {
        try (OpenLogs logs = new OpenLogs(directory, Map.of("file.delete.delay.ms", "0"))) {
            logs.log.appendAsLeader(transactional(logs), 1);
            logs.log.appendEndMarker(abort(logs, 1), 1, (short) 2);
            assertThat(files(logs)).anyMatch(name -> name.endsWith(".txnindex"));
            logs.log.roll();
            logs.append("kept");

            logs.log.raiseLogStartOffset(2);

            await().untilAsserted(() -> assertThat(files(logs))
                    .noneMatch(name -> name.startsWith(SegmentFiles.fileName(0)) || name.endsWith(".deleted")));
        }
    }

    private static List<String> files(OpenLogs logs) throws IOException {
        try (Stream<Path> files = Files.list(logs.log.directory())) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static MemoryRecords transactional(OpenLogs logs) {
        return MemoryRecords.withTransactionalRecords(
                Compression.NONE, PRODUCER, (short) 0, 0, new SimpleRecord(logs.time.milliseconds(), new byte[1]));
    }

    private static MemoryRecords abort(OpenLogs logs, int epoch) {
        return MemoryRecords.withEndTransactionMarker(
                0,
                logs.time.milliseconds(),
                0,
                PRODUCER,
                (short) epoch,
                new EndTransactionMarker(ControlRecordType.ABORT, 0));
    }
}
