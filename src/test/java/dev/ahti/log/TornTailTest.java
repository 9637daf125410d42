package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What recovery keeps of a file whose last write did not come to its end. */
class TornTailTest {
    @TempDir
    Path path;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBatchCutShortAtAnyByteIsDroppedAndNothingElse(boolean sameKernel) throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("a", "b");
            long whole = Files.size(logs.segment(0));
            logs.append("cut", "short");
            byte[] bytes = Files.readAllBytes(logs.segment(0));
            for (int length = (int) whole; length < bytes.length; length++) {
                logs.kill();
                if (!sameKernel) {
                    logs.forgetKernel();
                }
                Files.write(logs.segment(0), java.util.Arrays.copyOf(bytes, length));
                logs.open();
                assertThat(logs.log.logEndOffset()).as("cut at %d", length).isEqualTo(2);
                assertThat(Files.size(logs.segment(0))).isEqualTo(whole);
                assertThat(logs.directory.logsIntact()).isEqualTo(sameKernel);
            }
            assertThat(logs.append("next")).isEqualTo(2);
            assertThat(logs.records()).isEqualTo(List.of("0:a", "1:b", "2:next"));
        }
    }

    /** Rule 18: until then it may be killed again and again, and the metadata have not heard of it. */
    @Test
    void whatAnotherKernelLostIsKnownUntilAStartHasComeThrough() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("a");
            logs.kill();
            logs.forgetKernel();
            for (int start = 0; start < 2; start++) {
                logs.open();
                assertThat(logs.directory.logsIntact()).isFalse();
                logs.kill();
            }
            logs.open();
            logs.directory.recovered();
            logs.kill();

            logs.open();
            assertThat(logs.directory.logsIntact()).isTrue();
        }
    }

    @Test
    void aBatchOfWhichAByteDiffersIsDroppedWhereverTheByteIs() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("a", "b");
            int whole = (int) Files.size(logs.segment(0));
            logs.append("flip");
            byte[] bytes = Files.readAllBytes(logs.segment(0));
            // From the magic on: base offset and epoch stand outside the checksum, by Kafka's format.
            for (int at = whole + 16; at < bytes.length; at++) {
                logs.kill();
                Files.write(logs.segment(0), bytes);
                try (RandomAccessFile file =
                        new RandomAccessFile(logs.segment(0).toFile(), "rw")) {
                    file.seek(at);
                    file.write(bytes[at] ^ 0x55);
                }
                logs.open();
                assertThat(logs.log.logEndOffset()).as("byte %d differs", at).isEqualTo(2);
            }
        }
    }

    @Test
    void afterAnotherKernelsDeathADamagedBatchInTheMiddleEndsTheLog() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("a");
            int first = (int) Files.size(logs.segment(0));
            logs.append("b");
            logs.append("c");
            logs.kill();
            logs.forgetKernel();
            try (RandomAccessFile file = new RandomAccessFile(logs.segment(0).toFile(), "rw")) {
                file.seek(first + 65);
                file.write(new byte[2]);
            }
            logs.open();
            assertThat(logs.records()).isEqualTo(List.of("0:a"));
        }
    }

    @Test
    void segmentsBehindACutAreDropped() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("a");
            logs.append("b");
            logs.log.roll();
            logs.append("c");
            Path second = logs.segment(2);
            logs.kill();
            try (RandomAccessFile file = new RandomAccessFile(logs.segment(0).toFile(), "rw")) {
                file.setLength(file.length() - 1);
            }
            Files.writeString(path.resolve("recovery-point-offset-checkpoint"), "0\n0\n");
            logs.open();
            assertThat(logs.records()).isEqualTo(List.of("0:a"));
            assertThat(second).doesNotExist();
            assertThat(logs.append("again")).isEqualTo(1);
        }
    }

    /** A disk may have promised more than it kept; what is appended then must not stand behind half a batch. */
    @Test
    void aLogThatHoldsLessThanWhenItWasClosedIsRecoveredAndGoesOnFromWhatIsLeft() throws IOException {
        for (int cut : new int[] {1, 80, 700, 2000}) {
            try (OpenLogs logs = new OpenLogs(path.resolve("cut-" + cut), Map.of("index.interval.bytes", "200"))) {
                for (int i = 0; i < 40; i++) {
                    logs.append("value " + i);
                }
                logs.directory.close();
                try (RandomAccessFile file =
                        new RandomAccessFile(logs.segment(0).toFile(), "rw")) {
                    file.setLength(file.length() - cut);
                }
                logs.open();
                List<String> left = logs.records();
                logs.append("after");
                logs.reopen();

                assertThat(left)
                        .as("cut by %d", cut)
                        .hasSizeBetween(1, 39)
                        .first()
                        .isEqualTo("0:value 0");
                assertThat(logs.records())
                        .startsWith(left.toArray(String[]::new))
                        .hasSize(left.size() + 1);
            }
        }
    }

    @Test
    void afterKillNothingThatWasAcknowledgedIsMissing() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of("segment.bytes", "1048576", "index.interval.bytes", "500"))) {
            for (int i = 0; i < 500; i++) {
                logs.append("x".repeat(100) + i);
                if (i % 100 == 99) {
                    logs.log.roll();
                    logs.directory.checkpointLogs();
                }
            }
            List<String> before = logs.records();
            logs.kill();
            logs.open();
            assertThat(logs.records()).isEqualTo(before).hasSize(500);
        }
    }
}
