package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.KafkaTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations on our log and on Kafka's own: the same offsets, batches, epochs, times and refusals. */
class SameAsKafkaTest {
    private static final Compression[] CODECS = Stream.of(CompressionType.values())
            .map(type -> Compression.of(type).build())
            .toArray(Compression[]::new);

    @TempDir
    Path directory;

    private SplittableRandom random;
    private TwoLogs logs;
    private int epoch = 1;
    private final int[] nextSequence = new int[4];

    @ParameterizedTest
    @ValueSource(longs = {6923505010924L, 1, 2, 3, 8655129575954L, 265601154444891L, 0})
    void randomOperationsLeaveBothLogsAlike(long given) throws Exception {
        long seed = Seeds.of(given);
        random = new SplittableRandom(seed);
        Map<String, String> configs = Map.of(
                "segment.bytes", "1048576",
                "index.interval.bytes", "1000",
                "retention.ms", "600000",
                "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
        try (TwoLogs both = new TwoLogs(directory, configs)) {
            logs = both;
            for (int step = 0; step < 400; step++) {
                String operation = "an operation";
                try {
                    operation = step(step);
                    both.assertAlike();
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ", step " + step + ", after " + operation, e);
                }
            }
            assertDumpReadsOurFiles();
        }
    }

    private String step(int step) throws IOException {
        int choice = random.nextInt(100);
        long end = logs.ours.logEndOffset();
        long start = logs.ours.logStartOffset();
        logs.time.sleep(random.nextInt(2000));
        if (choice < 45) {
            logs.append(plain(), epoch, false);
            return "append";
        } else if (choice < 75) {
            return idempotent();
        } else if (choice < 81) {
            logs.roll();
            return "roll";
        } else if (choice < 85) {
            long offset = end - random.nextLong(Math.min(20, end - start + 1) + 1);
            logs.truncateTo(Math.max(start, offset));
            logs.startEpoch(++epoch);
            return "truncate";
        } else if (choice < 88) {
            logs.raiseLogStartOffset(start + random.nextLong(Math.min(30, end - start) + 1));
            return "raise log start";
        } else if (choice < 90) {
            logs.time.sleep(random.nextInt(300_000));
            logs.deleteExpired();
            return "retention";
        } else if (choice < 93) {
            logs.startEpoch(++epoch);
            logs.append(plain(), epoch, false);
            return "new epoch";
        } else if (choice < 95) {
            logs.reopen();
            logs.startEpoch(++epoch);
            return "reopen";
        } else if (choice < 97) {
            logs.crash();
            logs.startEpoch(++epoch);
            return "crash";
        }
        logs.assertTimesAlike(logs.time.milliseconds() - random.nextInt(600_000));
        logs.assertMaxTimestampAlike();
        return "search by time, step " + step;
    }

    private MemoryRecords plain() {
        return MemoryRecords.withRecords(CODECS[random.nextInt(CODECS.length)], records());
    }

    private SimpleRecord[] records() {
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(10)];
        for (int i = 0; i < records.length; i++) {
            byte[] value = new byte[random.nextInt(300)];
            records[i] =
                    new SimpleRecord(logs.time.milliseconds() - random.nextInt(5000), new byte[] {(byte) i}, value);
        }
        return records;
    }

    /** Mostly the next sequence of a producer; sometimes the last once more, or one that is out of order. */
    private String idempotent() {
        int producer = random.nextInt(nextSequence.length);
        SimpleRecord[] records = records();
        int sequence = nextSequence[producer];
        int mistake = random.nextInt(10);
        if (mistake == 0) {
            sequence += 7;
        }
        Compression codec = CODECS[random.nextInt(CODECS.length)];
        long before = logs.ours.logEndOffset();
        MemoryRecords batch = MemoryRecords.withIdempotentRecords(codec, 100 + producer, (short) 0, sequence, records);
        MemoryRecords again = MemoryRecords.readableRecords(TwoLogs.copy(batch.buffer()));
        logs.append(batch, epoch, false);
        if (logs.ours.logEndOffset() > before) {
            nextSequence[producer] = sequence + records.length;
        }
        if (mistake == 1) {
            logs.append(again, epoch, false);
        }
        return "idempotent append, producer " + producer + ", sequence " + sequence;
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 11, 0})
    void openAndAbortedTransactionsAreSeenAlike(long given) throws Exception {
        long seed = Seeds.of(given);
        random = new SplittableRandom(seed);
        try (TwoLogs both = new TwoLogs(
                directory,
                Map.of(
                        "index.interval.bytes",
                        "500",
                        "message.timestamp.after.max.ms",
                        Long.toString(Long.MAX_VALUE),
                        "segment.ms",
                        Long.toString(Long.MAX_VALUE)))) {
            logs = both;
            logs.startEpoch(epoch);
            long firstProducer = 100;
            int aborted = 0;
            for (int step = 0; step < 150; step++) {
                int producer = random.nextInt(nextSequence.length);
                if (random.nextInt(3) > 0) {
                    SimpleRecord[] records = records();
                    logs.append(
                            MemoryRecords.withTransactionalRecords(
                                    Compression.NONE,
                                    firstProducer + producer,
                                    (short) 0,
                                    nextSequence[producer],
                                    records),
                            epoch,
                            false);
                    nextSequence[producer] += records.length;
                } else {
                    ControlRecordType type = random.nextBoolean() ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
                    logs.append(
                            MemoryRecords.withEndTransactionMarker(
                                    firstProducer + producer, (short) 0, new EndTransactionMarker(type, 0)),
                            epoch,
                            true);
                }
                int op = random.nextInt(40);
                switch (op) {
                    case 0 -> {
                        logs.crash();
                        logs.startEpoch(++epoch);
                    }
                    case 1 -> {
                        logs.reopen();
                        logs.startEpoch(++epoch);
                    }
                    case 2, 3 -> logs.roll();
                    case 4 -> {
                        logs.truncateTo(Math.max(0, both.ours.logEndOffset() - random.nextInt(10)));
                        logs.startEpoch(++epoch);
                        firstProducer += nextSequence.length;
                        Arrays.fill(nextSequence, 0);
                    }
                    default -> logs.time.sleep(random.nextInt(1000));
                }
                both.assertAlike();
                long offset = random.nextLong(both.ours.logEndOffset() + 1);
                aborted += both.assertAbortedAlike(offset, 1 + random.nextInt(3000));
            }
            assertThat(aborted).isPositive();
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private void assertDumpReadsOurFiles() throws IOException {
        logs.reopen();
        try (Stream<Path> files = Files.list(logs.ourFiles())) {
            List<String> names = files.map(Path::toString)
                    .filter(name -> name.endsWith(".log") || name.endsWith("index") || name.endsWith(".snapshot"))
                    .toList();
            assertThat(names).isNotEmpty();
            KafkaTool.Result dump =
                    KafkaTool.run("kafka-dump-log", "--deep-iteration", "--files", String.join(",", names));
            assertThat(dump.output())
                    .doesNotContain("isvalid: false")
                    .doesNotContain("Found")
                    .doesNotContain("ismatch");
            assertThat(dump.status()).as(dump.output()).isZero();
        }
    }
}
