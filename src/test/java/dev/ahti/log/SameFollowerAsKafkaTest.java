package dev.ahti.log;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A follower's random life beside Kafka's log: batches of leaders that change, truncations to where they differ, answers
 * that come late. After each step offsets, epochs, batches, producers and the last stable offset are the same.
 */
class SameFollowerAsKafkaTest {
    private static final int PRODUCERS = 3;

    @TempDir
    Path directory;

    private SplittableRandom random;
    private TwoLogs logs;
    private int leaderEpoch = 1;
    private long firstProducer = 100;
    private final int[] nextSequence = new int[PRODUCERS];

    @ParameterizedTest
    @ValueSource(
            longs = {
                7603786547051L,
                255541458726348L,
                262744719637245L,
                271878321453622L,
                270911986464861L,
                1,
                2,
                5793766645770L,
                5644487653456L,
                0
            })
    void aFollowersRandomLifeLeavesBothLogsAlike(long given) throws Exception {
        long seed = Seeds.of(given);
        random = new SplittableRandom(seed);
        String operation = "";
        int step = 0;
        try (TwoLogs both = new TwoLogs(directory, Map.of("index.interval.bytes", "300"))) {
            logs = both;
            for (; step < 200; step++) {
                operation = step();
                logs.assertAlike();
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ", step " + step + ", after " + operation, e);
        }
    }

    private String step() throws Exception {
        int choice = random.nextInt(100);
        long end = logs.ours.logEndOffset();
        long start = logs.ours.logStartOffset();
        logs.time.sleep(random.nextInt(1000));
        if (choice < 70) {
            logs.appendAsFollower(batchesFrom(end + (random.nextInt(8) == 0 ? random.nextInt(5) : 0)), leaderEpoch);
            return "append";
        } else if (choice < 74) {
            logs.appendAsFollower(batchesFrom(Math.max(0, end - 1 - random.nextInt(3))), leaderEpoch);
            return "append of what is there";
        } else if (choice < 86) {
            logs.truncateTo(Math.max(0, end - random.nextLong(Math.min(25, end - start + 2) + 1)));
            newLeader();
            return "truncate";
        } else if (choice < 88) {
            logs.truncateFullyAndStartAt(end + random.nextInt(10));
            newLeader();
            return "truncate fully";
        } else if (choice < 91) {
            // It leads for a while, and may write nothing.
            logs.startEpoch(++leaderEpoch);
            if (random.nextBoolean()) {
                logs.append(MemoryRecords.withRecords(Compression.NONE, records()), leaderEpoch, false);
            }
            logs.truncateTo(logs.ours.logEndOffset());
            newLeader();
            return "lead";
        } else if (choice < 94) {
            logs.raiseLogStartOffset(start + random.nextLong(Math.min(20, end - start) + 1));
            return "raise log start";
        } else if (choice < 96) {
            logs.roll();
            return "roll";
        } else if (choice < 98) {
            logs.reopen();
            return "reopen";
        }
        logs.crash();
        return "crash";
    }

    /** Its producers are others, so that no sequence goes back: a leader would not have taken that. */
    private void newLeader() {
        leaderEpoch++;
        firstProducer += PRODUCERS;
        java.util.Arrays.fill(nextSequence, 0);
    }

    /** As in a fetch response: epochs that rise, sometimes beyond the follower's own, the last batch cut short. */
    private ByteBuffer batchesFrom(long offset) {
        ByteBuffer batches = ByteBuffer.allocate(16_384);
        int epoch = Math.max(logs.ours.latestEpoch(), leaderEpoch - random.nextInt(2));
        long next = offset;
        for (int i = random.nextInt(4); i >= 0; i--) {
            epoch += random.nextInt(6) == 0 ? 1 : 0;
            ByteBuffer batch = batch().buffer();
            Batches.setBaseOffset(batch, 0, next);
            Batches.setLeaderEpoch(batch, 0, epoch);
            next = Batches.lastOffset(batch, 0) + 1 + (random.nextInt(10) == 0 ? 2 : 0);
            batches.put(batch);
        }
        batches.flip();
        return random.nextInt(4) == 0 ? batches.limit(Math.max(61, batches.limit() - random.nextInt(80))) : batches;
    }

    private MemoryRecords batch() {
        int producer = random.nextInt(PRODUCERS);
        long id = firstProducer + producer;
        SimpleRecord[] records = records();
        int choice = random.nextInt(10);
        if (choice < 4) {
            return MemoryRecords.withRecords(Compression.NONE, records);
        } else if (choice < 8) {
            int sequence = nextSequence[producer];
            nextSequence[producer] += records.length;
            return MemoryRecords.withTransactionalRecords(Compression.NONE, id, (short) 0, sequence, records);
        }
        ControlRecordType type = random.nextBoolean() ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
        return MemoryRecords.withEndTransactionMarker(
                0, logs.time.milliseconds(), 0, id, (short) 0, new EndTransactionMarker(type, 0));
    }

    private SimpleRecord[] records() {
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(3)];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(logs.time.milliseconds(), new byte[random.nextInt(200)]);
        }
        return records;
    }
}
