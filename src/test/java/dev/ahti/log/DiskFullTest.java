package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk without space: what was acknowledged stays, what was not is refused, and the next start begins from there. */
class DiskFullTest {
    @TempDir
    Path parent;

    private SmallDisk disk;

    @BeforeEach
    void mount() throws Exception {
        disk = SmallDisk.mount(parent.resolve("disk"), "1m");
    }

    @AfterEach
    void unmount() throws Exception {
        disk.close();
    }

    @Test
    void whatWasAcknowledgedBeforeTheDiskWasFullIsThereAfterwards() throws Exception {
        OpenLogs logs = new OpenLogs(disk.path(), Map.of("index.interval.bytes", "200"));
        List<String> acknowledged = new ArrayList<>();
        assertThatThrownBy(() -> {
                    while (true) {
                        String value = "x".repeat(7000) + acknowledged.size();
                        acknowledged.add(logs.append(value) + ":" + value);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left");
        long end = logs.log.logEndOffset();
        assertThat(acknowledged).hasSize((int) end).hasSizeGreaterThan(50);
        assertThat(logs.records()).isEqualTo(acknowledged);
        assertThat(Files.size(logs.segment(0)))
                .as("nothing of the refused batch is left")
                .isEqualTo(sizeOfBatches(logs));

        disk.free();
        assertThatThrownBy(() -> logs.append("after a failure"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has failed before");
        assertThat(logs.log.logEndOffset()).isEqualTo(end);
        assertThatThrownBy(logs.directory::close).isInstanceOf(IOException.class);

        logs.open();
        assertThat(logs.directory.cleanStart()).as("a clean start").isFalse();
        assertThat(logs.records()).isEqualTo(acknowledged);
        assertThat(logs.append("again")).isEqualTo(end);
        logs.close();
    }

    private static int sizeOfBatches(OpenLogs logs) throws IOException {
        return logs.log
                .read(0, Long.MAX_VALUE, Integer.MAX_VALUE, true, false)
                .records()
                .sizeInBytes();
    }

    @Test
    void aRollWithoutSpaceLosesNothing() throws Exception {
        OpenLogs logs = new OpenLogs(disk.path(), Map.of());
        logs.append("a", "b");
        logs.appendIdempotent(5, 0);
        disk.fill();

        assertThatThrownBy(logs.log::roll).isInstanceOf(IOException.class);

        logs.kill();
        disk.free();
        logs.open();
        assertThat(logs.records()).containsExactly("0:a", "1:b", "2:no 0");
        assertThat(logs.appendIdempotent(5, 0).duplicate()).isTrue();
        logs.close();
    }

    @Test
    void aFailedLogLeavesNoMarkerThoughItsNeighboursAreClosed() throws Exception {
        OpenLogs logs = new OpenLogs(disk.path(), Map.of());
        PartitionLog other = logs.directory.open(
                new org.apache.kafka.common.TopicPartition("other", 0), OpenLogs.TOPIC_ID, logs.config());
        disk.fill();
        assertThatThrownBy(() -> logs.append("x".repeat(10_000))).isInstanceOf(IOException.class);
        disk.free();

        assertThatThrownBy(() -> logs.directory.release(logs.log)).isInstanceOf(IOException.class);
        logs.directory.release(other);
        assertThatThrownBy(logs.directory::close).isInstanceOf(IOException.class);

        assertThat(Files.exists(disk.path().resolve(".kafka_cleanshutdown"))).isFalse();
        logs.open();
        assertThat(logs.log.logEndOffset()).isZero();
        logs.close();
    }
}
