package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.TransactionCoordinatorFencedException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each rule by itself; {@link SameProducerStatesTest} holds them all together against Kafka. */
class ProducerStatesTest {
    private static final long PRODUCER = 7;
    private static final long NOW = 1_000_000;
    private static final long EXPIRATION_MS = 1000;

    @TempDir
    Path directory;

    private ProducerStates states;
    private long end;

    @BeforeEach
    void open() throws IOException {
        states = new ProducerStates(new TopicPartition("t", 0), directory, EXPIRATION_MS);
    }

    /** As many as five leaders, each of which hung in turn, may have left without an answer. */
    @Test
    void theLastTwentyFiveBatchesAreKnownAgainAndNoMore() {
        for (int i = 0; i < 26; i++) {
            append(batch(0, 2 * i, 2));
        }
        assertThat(check(batch(0, 2, 2)).duplicate().orElseThrow().firstOffset())
                .isEqualTo(2);
        assertThat(check(batch(0, 50, 2)).duplicate().orElseThrow().lastOffset())
                .isEqualTo(51);
        assertThatThrownBy(() -> check(batch(0, 0, 2))).isInstanceOf(OutOfOrderSequenceException.class);
        assertThatThrownBy(() -> check(batch(0, 2, 3)))
                .as("a known batch and more")
                .isInstanceOf(OutOfOrderSequenceException.class);
        assertThatThrownBy(() -> check(batch(0, 3, 1)))
                .as("part of a known batch")
                .isInstanceOf(OutOfOrderSequenceException.class);
        assertThatThrownBy(() -> states.commit(check(batch(0, 50, 2)))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sequenceNumbersGoOnWithoutAGap() {
        append(batch(0, 0, 3));
        assertThatThrownBy(() -> check(batch(0, 4, 1))).isInstanceOf(OutOfOrderSequenceException.class);
        append(batch(0, 3, 1));
    }

    @Test
    void sequenceNumbersGoOnFromZeroAfterTheLargestInt() {
        append(batch(0, Integer.MAX_VALUE - 1, 2));
        assertThatThrownBy(() -> check(batch(0, 1, 1))).isInstanceOf(OutOfOrderSequenceException.class);
        append(batch(0, 0, 1));
    }

    @Test
    void aBatchMayCrossTheLargestInt() {
        append(batch(0, Integer.MAX_VALUE - 1, 4));
        assertThat(check(batch(0, Integer.MAX_VALUE - 1, 4)).duplicate()).isPresent();
        append(batch(0, 2, 1));
    }

    @Test
    void aProducerThatTheLogDoesNotKnowMayBeginAnywhere() {
        states.check(List.of(batch(3, 77, 1), batch(3, 99, 1)), AppendOrigin.CLIENT, (short) -1);
        append(batch(3, 77, 1));
    }

    @Test
    void aNewEpochBeginsAtZeroAndFencesTheOldOne() {
        append(batch(1, 0, 1));
        assertThatThrownBy(() -> check(batch(2, 1, 1))).isInstanceOf(OutOfOrderSequenceException.class);
        append(batch(2, 0, 1));
        assertThatThrownBy(() -> check(batch(1, 1, 1))).isInstanceOf(InvalidProducerEpochException.class);
        assertThatThrownBy(() -> check(batch(1, 0, 1)))
                .as("a duplicate of the old epoch")
                .isInstanceOf(InvalidProducerEpochException.class);
    }

    @Test
    void anAppendThatIsNotWrittenLeavesNoTrace() {
        append(batch(0, 0, 1));
        String before = states.all().toString();
        check(transactional(0, 1, 4));
        assertThat(states.all().toString()).isEqualTo(before);
        assertThat(states.endOffset()).isEqualTo(1);
        assertThat(states.firstUndecidedOffset()).isEmpty();
        append(batch(0, 1, 1));
    }

    @Test
    void theLeadersBatchesAreTakenAsTheyAre() {
        append(batch(5, 40, 1));
        commit(batch(4, 2, 1), AppendOrigin.REPLICATION);
        assertThat(states.producer(PRODUCER).orElseThrow().producerEpoch()).isEqualTo((short) 4);
    }

    @Test
    void coordinatorsWriteWithoutSequences() {
        append(batch(1, 0, 1));
        commit(batch(1, 9, 1), AppendOrigin.COORDINATOR);
        RecordBatch stale = batch(0, 0, 1);
        assertThatThrownBy(() -> states.check(List.of(stale), AppendOrigin.COORDINATOR, (short) 0))
                .isInstanceOf(InvalidProducerEpochException.class);
    }

    @Test
    void anOpenTransactionHoldsTheLastStableOffsetUntilItsMarkerIsReplicated() {
        append(batch(0, 0, 2));
        append(transactional(0, 2, 2));
        assertThat(states.lastStableOffset(1)).isEqualTo(1);
        assertThat(states.lastStableOffset(4)).isEqualTo(2);

        List<AbortedTxn> aborted = marker(0, ControlRecordType.ABORT, 0, 0);

        assertThat(aborted).containsExactly(new AbortedTxn(PRODUCER, 2, 4, 5));
        assertThat(states.firstUndecidedOffset()).isEmpty();
        assertThat(states.lastStableOffset(4)).as("marker not replicated").isEqualTo(2);
        assertThat(states.lastStableOffset(5)).isEqualTo(5);
    }

    @Test
    void aCommittedTransactionIsNotAborted() {
        append(transactional(0, 0, 2));
        assertThat(marker(0, ControlRecordType.COMMIT, 0, 0)).isEmpty();
        assertThat(marker(0, ControlRecordType.ABORT, 0, 0))
                .as("a marker without a transaction")
                .isEmpty();
    }

    @Test
    void withinATransactionAllIsTransactional() {
        append(transactional(0, 0, 1));
        assertThatThrownBy(() -> check(batch(0, 1, 1))).isInstanceOf(InvalidTxnStateException.class);
    }

    @Test
    void aMarkerOfVersion2CarriesAHigherEpoch() {
        append(transactional(3, 0, 1));
        assertThatThrownBy(() -> marker(3, ControlRecordType.COMMIT, 0, 2))
                .isInstanceOf(InvalidProducerEpochException.class);
        marker(4, ControlRecordType.COMMIT, 0, 2);
        marker(4, ControlRecordType.COMMIT, 0, 2);
        append(transactional(4, 0, 1));
        assertThatThrownBy(() -> marker(4, ControlRecordType.COMMIT, 0, 2))
                .as("late: it would end the next transaction")
                .isInstanceOf(InvalidProducerEpochException.class);
    }

    @Test
    void theLargestEpochHasNoNext() {
        append(transactional(Short.MAX_VALUE, 0, 1));
        marker(Short.MAX_VALUE, ControlRecordType.ABORT, 0, 2);
    }

    @Test
    void aMarkerOfAnEarlierCoordinatorIsFenced() {
        append(transactional(0, 0, 1));
        marker(0, ControlRecordType.COMMIT, 5, 0);
        assertThatThrownBy(() -> marker(0, ControlRecordType.COMMIT, 4, 0))
                .isInstanceOf(TransactionCoordinatorFencedException.class);
    }

    @Test
    void producersExpireButNotInATransaction() {
        append(batch(0, 0, 1));
        states.removeExpired(NOW + EXPIRATION_MS - 1);
        assertThat(states.size()).isEqualTo(1);
        append(transactional(0, 1, 1));
        states.removeExpired(NOW + EXPIRATION_MS);
        assertThat(states.size()).isEqualTo(1);
        marker(0, ControlRecordType.COMMIT, 0, 0);
        states.removeExpired(NOW + EXPIRATION_MS);
        assertThat(states.size()).isZero();
    }

    @Test
    void aDamagedSnapshotIsDeletedAndAnEarlierOneTaken() throws IOException {
        append(batch(0, 0, 1));
        states.takeSnapshot(true);
        append(batch(0, 1, 1));
        states.takeSnapshot(true);
        Path latest = states.snapshot(2).orElseThrow();
        byte[] whole = Files.readAllBytes(latest);
        for (int damage = 0; damage < whole.length; damage++) {
            byte[] bytes = whole.clone();
            bytes[damage] ^= 0x11;
            assertThatSnapshotIsNotUsed(latest, bytes);
            assertThatSnapshotIsNotUsed(latest, Arrays.copyOf(whole, damage));
        }
    }

    private void assertThatSnapshotIsNotUsed(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
        open();
        states.truncateAndReload(0, 2, NOW);
        assertThat(states.endOffset()).isEqualTo(1);
        assertThat(file).doesNotExist();
    }

    @Test
    void expiredProducersAreNotLoaded() throws IOException {
        append(batch(0, 0, 1));
        states.takeSnapshot(false);
        open();
        states.truncateAndReload(0, 1, NOW + EXPIRATION_MS);
        assertThat(states.size()).isZero();
        assertThat(states.endOffset()).isEqualTo(1);
    }

    @Test
    void snapshotsWithoutASegmentAreStrayButForTheOneOfTheClose() throws IOException {
        for (int i = 0; i < 6; i++) {
            append(batch(0, i, 1));
            states.takeSnapshot(false);
        }
        states.removeStraySnapshots(List.of(0L, 2L, 4L));
        assertThat(List.of(1L, 2L, 3L, 4L, 5L, 6L).stream()
                        .filter(offset -> states.snapshot(offset).isPresent()))
                .containsExactly(2L, 4L, 6L);
        states.truncateAndReload(2, 4, NOW);
        assertThat(states.latestSnapshotOffset()).hasValue(4);
        assertThat(states.snapshot(2)).as("at the log start").isEmpty();
    }

    private RecordBatch batch(int epoch, int sequence, int count) {
        return at(MemoryRecords.withIdempotentRecords(
                Compression.NONE, PRODUCER, (short) epoch, sequence, records(count)));
    }

    private RecordBatch transactional(int epoch, int sequence, int count) {
        return at(MemoryRecords.withTransactionalRecords(
                Compression.NONE, PRODUCER, (short) epoch, sequence, records(count)));
    }

    private RecordBatch at(MemoryRecords records) {
        Batches.setBaseOffset(records.buffer(), 0, end);
        return records.firstBatch();
    }

    private static SimpleRecord[] records(int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        Arrays.setAll(records, i -> new SimpleRecord(NOW, new byte[1]));
        return records;
    }

    private ProducerAppend check(RecordBatch batch) {
        return states.check(List.of(batch), AppendOrigin.CLIENT, (short) -1);
    }

    private void append(RecordBatch batch) {
        commit(batch, AppendOrigin.CLIENT);
    }

    private void commit(RecordBatch batch, AppendOrigin origin) {
        states.commit(states.check(List.of(batch), origin, (short) -1));
        end = batch.lastOffset() + 1;
    }

    private List<AbortedTxn> marker(int epoch, ControlRecordType type, int coordinatorEpoch, int version) {
        RecordBatch marker = MemoryRecords.withEndTransactionMarker(
                        end, NOW, 0, PRODUCER, (short) epoch, new EndTransactionMarker(type, coordinatorEpoch))
                .firstBatch();
        List<AbortedTxn> aborted =
                states.commit(states.check(List.of(marker), AppendOrigin.COORDINATOR, (short) version));
        end = marker.lastOffset() + 1;
        return aborted;
    }
}
