package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The time of the record that a consumer reads next. */
class FirstRecordTest {
    private static final long BASE_MS = 1_700_000_000_000L;

    @TempDir
    Path path;

    private OpenLogs logs;

    @BeforeEach
    void open() throws IOException {
        logs = new OpenLogs(path, Map.of("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
    }

    @AfterEach
    void close() throws IOException {
        logs.close();
    }

    private void append(Compression compression, int... ms) throws IOException {
        SimpleRecord[] records = new SimpleRecord[ms.length];
        for (int i = 0; i < ms.length; i++) {
            records[i] = new SimpleRecord(BASE_MS + ms[i], "v".getBytes(StandardCharsets.UTF_8));
        }
        logs.log.appendAsLeader(MemoryRecords.withRecords(compression, records), 1);
    }

    private Optional<Long> msAt(long offset, long end) throws IOException {
        return logs.log.firstRecord(offset, end).map(found -> found.timestampMs() - BASE_MS);
    }

    @Test
    void isFoundInTheMiddleOfABatchAndOfTheNextSegment() throws IOException {
        append(Compression.NONE, 10, 20, 5);
        append(Compression.gzip().build(), 30, 40);
        logs.log.roll();
        append(Compression.NONE, 50);

        assertThat(msAt(0, 6)).hasValue(10L);
        assertThat(msAt(2, 6)).hasValue(5L);
        assertThat(msAt(4, 6)).hasValue(40L);
        assertThat(msAt(5, 6)).hasValue(50L);
        assertThat(msAt(6, 6)).isEmpty();
    }

    @Test
    void isNoneFromTheEndOnThatClientsSee() throws IOException {
        append(Compression.NONE, 10, 20);
        append(Compression.NONE, 30);

        assertThat(msAt(1, 2)).hasValue(20L);
        assertThat(msAt(2, 2)).isEmpty();
        assertThat(msAt(1, 1)).isEmpty();
    }

    @Test
    void isTheFirstThatIsLeftWhereRecordsWereDeleted() throws IOException {
        append(Compression.NONE, 10, 20, 30);
        logs.log.raiseLogStartOffset(2);

        assertThat(msAt(0, 3)).hasValue(30L);
    }

    @Test
    void isNotWhatEndsATransaction() throws IOException {
        append(Compression.NONE, 10);
        logs.log.appendEndMarker(
                MemoryRecords.withEndTransactionMarker(
                        7, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0)),
                1,
                (short) 1);
        assertThat(msAt(1, 2)).isEmpty();

        append(Compression.NONE, 30);
        assertThat(msAt(1, 3)).hasValue(30L);
    }
}
