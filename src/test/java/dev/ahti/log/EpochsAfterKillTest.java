package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leader epochs are written late: what a kill or a power loss kept from the file stands in the batches. */
class EpochsAfterKillTest {
    private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";

    @TempDir
    Path path;

    private static void append(OpenLogs logs, int epoch) throws IOException {
        append(logs, epoch, new SimpleRecord(new byte[10]));
    }

    private static void appendTwo(OpenLogs logs, int epoch) throws IOException {
        append(logs, epoch, new SimpleRecord(new byte[10]), new SimpleRecord(new byte[10]));
    }

    private static void append(OpenLogs logs, int epoch, SimpleRecord... records) throws IOException {
        appendAt(logs, logs.log.logEndOffset(), epoch, records);
    }

    private static void appendAt(OpenLogs logs, long offset, int epoch, SimpleRecord... records) throws IOException {
        ByteBuffer batch = MemoryRecords.withRecords(Compression.NONE, records).buffer();
        Batches.setBaseOffset(batch, 0, offset);
        Batches.setLeaderEpoch(batch, 0, epoch);
        logs.log.appendAsFollower(MemoryRecords.readableRecords(batch), epoch);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void epochsThatWereNeverWrittenAreFoundInTheBatches(boolean sameKernel) throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            append(logs, 1);
            append(logs, 4);
            append(logs, 4);
            append(logs, 7);
            assertThat(logs.log.directory().resolve(LeaderEpochs.FILE_NAME)).doesNotExist();
            logs.kill();
            if (!sameKernel) {
                logs.forgetKernel();
            }
            logs.open();

            assertThat(logs.log.endOfEpoch(1)).isEqualTo(new EpochEnd(1, 1));
            assertThat(logs.log.endOfEpoch(5)).isEqualTo(new EpochEnd(4, 3));
            assertThat(logs.log.latestEpoch()).isEqualTo(7);
        }
    }

    @Test
    void epochsBelowTheRecoveryPointAreWrittenBeforeIt() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            append(logs, 1);
            append(logs, 4);
            logs.log.startEpoch(5);
            logs.log.flush();

            assertThat(logs.log.recoveryPoint()).isEqualTo(2);
            assertThat(logs.log.directory().resolve(LeaderEpochs.FILE_NAME)).hasContent("0\n2\n1 0\n4 1\n");
        }
    }

    @Test
    void aRecoveryPointFromBeforeATruncationHidesNoEpoch() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            for (int i = 0; i < 6; i++) {
                append(logs, i < 5 ? 1 : 5);
            }
            logs.log.flush();
            logs.directory.checkpointLogs();
            String before = Files.readString(path.resolve(RECOVERY_POINTS));
            logs.log.truncateTo(3);
            // Another leader's records, of an epoch before the one that was cut off.
            append(logs, 3);
            append(logs, 3);
            logs.log.roll();
            append(logs, 3);
            append(logs, 6);
            Path file = logs.log.directory().resolve(LeaderEpochs.FILE_NAME);
            await().until(() -> Files.readString(file).contains("3 3"));
            logs.kill();
            // As if the kill had come before the background flush, and before the lower recovery point was written.
            Files.writeString(file, "0\n1\n1 0\n");
            Files.writeString(path.resolve(RECOVERY_POINTS), before);
            logs.open();

            assertThat(logs.log.endOfEpoch(1)).isEqualTo(new EpochEnd(1, 3));
            assertThat(logs.log.endOfEpoch(3)).isEqualTo(new EpochEnd(3, 6));
            assertThat(logs.log.endOfEpoch(5)).isEqualTo(new EpochEnd(3, 6));
        }
    }

    @Test
    void aTruncationTakesItsEpochsOutOfTheFileAndLowersTheRecoveryPointOnDisk() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            append(logs, 1);
            append(logs, 4);
            logs.log.flush();
            logs.directory.checkpointLogs();
            assertThat(path.resolve(RECOVERY_POINTS)).content().contains("t 0 2");

            logs.log.truncateTo(1);

            assertThat(logs.log.directory().resolve(LeaderEpochs.FILE_NAME)).hasContent("0\n1\n1 0\n");
            await().untilAsserted(() ->
                    assertThat(path.resolve(RECOVERY_POINTS)).content().contains("t 0 1"));
        }
    }

    @Test
    void aTruncationAtTheLogEndDropsTheEpochInWhichNothingWasWritten() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            append(logs, 1);
            logs.log.startEpoch(2);

            logs.log.truncateTo(1);

            assertThat(logs.log.latestEpoch()).isEqualTo(1);
        }
    }

    @Test
    void aTruncationBelowTheLogStartIntoABatchLeavesNoEpochAfterAKill() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            append(logs, 1);
            appendTwo(logs, 2);
            logs.log.raiseLogStartOffset(3);
            logs.log.truncateTo(2);
            logs.directory.checkpointLogs();
            logs.kill();
            logs.open();

            // The batch of offset 0 is still found, and offset 1 was of epoch 2: epoch 1 does not reach to 2.
            assertThat(logs.log.logStartOffset()).isEqualTo(2);
            assertThat(logs.log.logEndOffset()).isEqualTo(2);
            assertThat(logs.log.latestEpoch()).isEqualTo(-1);
            assertThat(logs.log.endOfEpoch(0)).isEqualTo(new EpochEnd(-1, -1));
        }
    }

    @Test
    void aLogThatLostMoreThanWasDeletedForgetsTheEpochsInTheFileToo() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            append(logs, 1);
            appendTwo(logs, 1);
            logs.log.flush();
            logs.log.raiseLogStartOffset(2);
            logs.directory.checkpointLogStarts();
            logs.kill();
            Path segment = logs.log.directory().resolve("00000000000000000000.log");
            Files.write(segment, Arrays.copyOf(Files.readAllBytes(segment), 100));
            logs.open();
            assertThat(logs.log.logStartOffset()).isEqualTo(2);
            assertThat(logs.log.latestEpoch()).isEqualTo(-1);

            logs.kill();
            logs.open();
            assertThat(logs.log.latestEpoch()).isEqualTo(-1);
        }
    }

    @Test
    void theEpochOfADeletedBatchDoesNotReachOverAGapBehindTheLogStart() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            append(logs, 1);
            append(logs, 2);
            logs.log.raiseLogStartOffset(1);
            logs.log.truncateTo(1);
            appendAt(logs, 3, 4, new SimpleRecord(new byte[10]));
            logs.directory.checkpointLogs();
            EpochEnd before = logs.log.endOfEpoch(0);
            logs.kill();
            logs.open();

            assertThat(before).isEqualTo(new EpochEnd(0, 3));
            assertThat(logs.log.endOfEpoch(0)).isEqualTo(before);
        }
    }
}
