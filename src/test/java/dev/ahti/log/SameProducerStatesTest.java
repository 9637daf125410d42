package dev.ahti.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random producers, with mistakes, before our producer state and Kafka's {@code ProducerStateManager}. */
class SameProducerStatesTest {
    private static final int PRODUCERS = 5;

    private static final int NO_MISTAKE = 30;

    @TempDir
    Path ours;

    @TempDir
    Path theirs;

    private SplittableRandom random;
    private TwoProducerStates states;
    private final int[] nextSequence = new int[PRODUCERS];
    private final short[] epoch = new short[PRODUCERS];
    private final Map<String, Integer> outcomes = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 0})
    void bothSayTheSameOfEveryAppend(long given) throws Exception {
        long seed = given == 0 ? System.nanoTime() : given;
        random = new SplittableRandom(seed);
        states = new TwoProducerStates(ours, theirs);
        for (int producer = 0; producer < PRODUCERS; producer++) {
            nextSequence[producer] = producer % 2 == 0 ? 0 : Integer.MAX_VALUE - random.nextInt(20);
        }
        for (int step = 0; step < 3000; step++) {
            String of = "seed " + seed + ", step " + step;
            try {
                of += ": " + step();
                states.assertAlike(of);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(of, e);
            }
        }
        Assertions.assertThat(outcomes.keySet())
                .as("the run has met every answer")
                .contains(
                        "appended",
                        "duplicate",
                        "OutOfOrderSequenceException",
                        "InvalidProducerEpochException",
                        "InvalidTxnStateException",
                        "TransactionCoordinatorFencedException");
    }

    private String step() throws Exception {
        int choice = random.nextInt(1000);
        long end = states.logEnd();
        states.time.sleep(random.nextInt(500));
        if (choice < 20) {
            states.takeSnapshot();
            return "snapshot";
        } else if (choice < 30) {
            states.truncateTo(Math.max(0, end - random.nextInt(30)));
            return "truncate";
        } else if (choice < 40) {
            states.restart(random.nextBoolean());
            return "restart";
        } else if (choice < 50) {
            states.time.sleep(random.nextInt(2 * TwoProducerStates.EXPIRATION_MS));
            states.removeExpired();
            return "expire";
        } else if (choice < 54) {
            states.raiseLogStart(Math.max(0, end - random.nextInt(60)));
            return "log start";
        } else if (choice < 150) {
            states.raiseHighWatermark(Math.max(0, end - random.nextInt(20)));
            return "high watermark";
        }
        return append(end);
    }

    private String append(long end) {
        AppendOrigin origin = random.nextInt(5) > 0 ? AppendOrigin.CLIENT : AppendOrigin.REPLICATION;
        int producer = random.nextInt(PRODUCERS);
        boolean marker = random.nextInt(5) == 0;
        short version = -1;
        List<RecordBatch> batches = new ArrayList<>();
        if (marker) {
            origin = random.nextInt(5) > 0 ? AppendOrigin.COORDINATOR : AppendOrigin.REPLICATION;
            version = (short) (origin == AppendOrigin.REPLICATION ? -1 : random.nextInt(3));
            batches.add(marker(end, producer, version));
        } else {
            if (random.nextInt(20) == 0) {
                origin = AppendOrigin.COORDINATOR;
            }
            // Two at once with one mistake at most, and that not in the epoch: one that goes up and down within one
            // append
            // (which no leader sends) leaves more of the earlier batches in Kafka than in ours.
            int count = random.nextInt(6) == 0 ? 2 : 1;
            for (int i = count; i > 0; i--) {
                int mistake = i == 1 ? random.nextInt(count == 1 ? 0 : 2, 30) : NO_MISTAKE;
                RecordBatch batch = records(end, producer, random.nextInt(3) > 0, mistake);
                batches.add(batch);
                end = batch.lastOffset() + 1;
            }
        }
        boolean writeFails = random.nextInt(8) == 0;
        String outcome = states.append(batches, origin, version, writeFails);
        outcomes.merge(outcome.split("[ \\[]")[0], 1, Integer::sum);
        if (outcome.startsWith("appended") && !writeFails) {
            RecordBatch last = batches.get(batches.size() - 1);
            epoch[producer] = last.producerEpoch();
            if (!marker) {
                nextSequence[producer] = DefaultRecordBatch.incrementSequence(last.lastSequence(), 1);
            } else if (version == 2) {
                nextSequence[producer] = 0;
            }
        }
        return origin + " append of " + batches + (writeFails ? " that fails" : "") + ": " + outcome;
    }

    private RecordBatch records(long offset, int producer, boolean transactional, int mistake) {
        int sequence = nextSequence[producer];
        int used = epoch[producer];
        switch (mistake) {
            case 2 -> sequence = Math.abs(sequence + random.nextInt(-5, 5) & Integer.MAX_VALUE);
            case 0 -> used = Math.max(0, used - 1);
            case 1 -> {
                used++;
                sequence = random.nextBoolean() ? 0 : sequence;
            }
            case 3, 4 -> sequence = DefaultRecordBatch.decrementSequence(sequence, 1 + random.nextInt(12));
            default -> {}
        }
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(3)];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(states.time.milliseconds() - random.nextInt(50), new byte[1]);
        }
        // By producer, so that most transactions are not ended by a batch outside of them.
        boolean inTransaction = producer % 2 == 0 ? transactional || random.nextInt(10) > 0 : false;
        MemoryRecords batch = inTransaction
                ? MemoryRecords.withTransactionalRecords(Compression.NONE, producer, (short) used, sequence, records)
                : MemoryRecords.withIdempotentRecords(Compression.NONE, producer, (short) used, sequence, records);
        Batches.setBaseOffset(batch.buffer(), 0, offset);
        return batch.firstBatch();
    }

    private RecordBatch marker(long offset, int producer, short version) {
        int used = epoch[producer] + (version == 2 ? 1 : 0) + (random.nextInt(8) == 0 ? random.nextInt(-1, 2) : 0);
        ControlRecordType type = random.nextBoolean() ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
        int coordinatorEpoch = random.nextInt(6) == 0 ? random.nextInt(4) : 2;
        return MemoryRecords.withEndTransactionMarker(
                        offset,
                        states.time.milliseconds(),
                        0,
                        producer,
                        (short) Math.max(0, used),
                        new EndTransactionMarker(type, coordinatorEpoch))
                .firstBatch();
    }
}
