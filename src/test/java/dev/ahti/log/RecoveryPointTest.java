package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Below the recovery point everything is on the disk: the next start looks at nothing there. */
class RecoveryPointTest {
    @TempDir
    Path path;

    @Test
    void aFlushThatComesAfterATruncationVouchesForNothingBehindTheLogEnd() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("a", "b", "c");
            CountDownLatch hold = logs.holdBackground();
            logs.log.roll();
            logs.log.truncateTo(1);

            hold.countDown();
            logs.awaitBackground();
            logs.append("d", "e");

            assertThat(logs.log.recoveryPoint()).isEqualTo(1);
        }
    }
}
