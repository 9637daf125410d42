package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A producer whose broker was killed sends again what it has no answer for, up to five batches. Each that is in the log
 * must be known there: refused as out of order, it would come again under a new epoch, and stand in the log twice.
 */
class RetryAfterKillTest {
    private static final long PRODUCER = 77;

    @TempDir
    Path path;

    private OpenLogs logs;

    @BeforeEach
    void aLogThatRolledBetweenTheLastFiveBatches() throws IOException {
        logs = new OpenLogs(path, Map.of());
        for (int sequence = 0; sequence < 10; sequence++) {
            if (sequence == 4 || sequence == 9) {
                logs.log.roll();
            }
            logs.appendIdempotent(PRODUCER, sequence);
        }
    }

    private void assertLastFiveAreKnown() throws IOException {
        for (int sequence = 5; sequence < 10; sequence++) {
            LogAppend retried = logs.appendIdempotent(PRODUCER, sequence);
            assertThat(retried.duplicate()).as("batch %d is known", sequence).isTrue();
            assertThat(retried.firstOffset()).isEqualTo(sequence);
        }
        assertThat(logs.appendIdempotent(PRODUCER, 10).firstOffset()).isEqualTo(10);
        logs.close();
    }

    @Test
    void batchesBeforeTheRollAreKnownAfterAKill() throws IOException {
        logs.log.flush();
        logs.directory.checkpointLogs();
        logs.kill();
        logs.open();
        assertLastFiveAreKnown();
    }

    @Test
    void batchesBeforeTheRollAreKnownAfterTwoKills() throws IOException {
        logs.log.flush();
        logs.directory.checkpointLogs();
        logs.kill();
        logs.open();
        logs.kill();
        logs.open();
        assertLastFiveAreKnown();
    }

    @Test
    void batchesBeforeTheRollAreKnownAfterACleanStop() throws IOException {
        logs.reopen();
        assertLastFiveAreKnown();
    }

    @Test
    void batchesBeforeTheRollAreKnownAfterATruncation() throws IOException {
        logs.append("of another");
        logs.log.truncateTo(10);
        assertLastFiveAreKnown();
    }
}
