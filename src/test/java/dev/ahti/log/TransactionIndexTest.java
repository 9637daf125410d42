package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transaction index beside Kafka's own on the same file. */
class TransactionIndexTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 0})
    void kafkaFindsTheSameInOurFile(long given) throws IOException {
        long seed = given == 0 ? System.nanoTime() : given;
        SplittableRandom random = new SplittableRandom(seed);
        TransactionIndex index = index();
        long last = 100;
        for (int i = 0; i < 400; i++) {
            last += 1 + random.nextInt(5);
            long first = last - 1 - random.nextInt(60);
            index.append(new AbortedTxn(random.nextLong(100), first, last, last - random.nextInt(30)));
            if (random.nextInt(40) == 0) {
                index.truncateTo(last - random.nextInt(20));
                List<AbortedTxn> left = index.all();
                last = left.isEmpty() ? 100 : left.get(left.size() - 1).lastOffset();
            }
            if (random.nextInt(40) == 0) {
                index.close();
                index = index();
            }
        }
        assertSearchesAlike("seed " + seed, random, index, last);
    }

    private void assertSearchesAlike(String of, SplittableRandom random, TransactionIndex index, long last)
            throws IOException {
        index.flush();
        try (var kafkas = kafkas()) {
            kafkas.sanityCheck();
            assertThat(index.all()).as(of).isEqualTo(ours(kafkas.allAbortedTxns()));
            for (int i = 0; i < 300; i++) {
                long from = 40 + random.nextLong(last);
                long to = from + random.nextInt(200);
                var theirs = kafkas.collectAbortedTxns(from, to);
                assertThat(index.overlapping(from, to))
                        .as("%s: %d to %d", of, from, to)
                        .isEqualTo(new TransactionIndex.Found(ours(theirs.abortedTransactions()), theirs.isComplete()));
            }
        }
    }

    @Test
    void ourIndexReadsKafkasFile() throws IOException {
        try (var kafkas = kafkas()) {
            kafkas.append(new org.apache.kafka.storage.internals.log.AbortedTxn(7, 3, 120, 118));
            kafkas.flush();
        }
        assertThat(index().all()).containsExactly(new AbortedTxn(7, 3, 120, 118));
    }

    @Test
    void thereIsNoFileBeforeTheFirstEntry() throws IOException {
        TransactionIndex index = index();
        assertThat(index.overlapping(0, 1000).aborted()).isEmpty();
        index.truncateTo(5);
        index.reset();
        index.flush();
        assertThat(index.deleteIfExists()).isFalse();
        assertThat(file()).doesNotExist();

        index.append(new AbortedTxn(1, 100, 110, 111));
        assertThat(file()).hasSize(34);
        assertThat(index.deleteIfExists()).isTrue();
    }

    @Test
    void anEntryCutShortByAKillIsWrittenOver() throws IOException {
        try (TransactionIndex index = index()) {
            index.append(new AbortedTxn(1, 100, 110, 111));
        }
        Files.write(file(), new byte[20], StandardOpenOption.APPEND);
        try (TransactionIndex index = index()) {
            index.append(new AbortedTxn(2, 112, 120, 121));
            assertThat(index.all()).extracting(AbortedTxn::producerId).containsExactly(1L, 2L);
        }
        try (var kafkas = kafkas()) {
            assertThat(kafkas.allAbortedTxns()).hasSize(2);
        }
    }

    @Test
    void aMarkerAtTheNewEndIsCutOff() throws IOException {
        try (TransactionIndex index = index()) {
            index.append(new AbortedTxn(1, 100, 110, 111));
            index.append(new AbortedTxn(2, 112, 120, 121));
            index.truncateTo(120);
            assertThat(index.all()).extracting(AbortedTxn::producerId).containsExactly(1L);
            index.append(new AbortedTxn(3, 112, 120, 121));
            assertThat(index.all()).extracting(AbortedTxn::producerId).containsExactly(1L, 3L);
        }
    }

    @Test
    void markersRise() throws IOException {
        try (TransactionIndex index = index()) {
            index.append(new AbortedTxn(1, 100, 110, 111));
            assertThatThrownBy(() -> index.append(new AbortedTxn(2, 105, 110, 111)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        try (TransactionIndex again = index()) {
            assertThatThrownBy(() -> again.append(new AbortedTxn(2, 105, 109, 111)))
                    .isInstanceOf(IllegalArgumentException.class);
            again.reset();
            again.append(new AbortedTxn(2, 105, 109, 111));
        }
    }

    @Test
    void anEntryBeforeTheSegmentIsNoticed() throws IOException {
        try (TransactionIndex index = index()) {
            index.append(new AbortedTxn(1, 10, 99, 100));
            assertThatThrownBy(index::sanityCheck).isInstanceOf(CorruptRecordException.class);
        }
    }

    @Test
    void aRenamedIndexIsStillRead() throws IOException {
        try (TransactionIndex index = index()) {
            index.append(new AbortedTxn(1, 100, 110, 111));
            index.renameTo(directory.resolve("away"));
            index.append(new AbortedTxn(2, 112, 120, 121));
            assertThat(index.all()).hasSize(2);
            assertThat(file()).doesNotExist();
        }
    }

    private Path file() {
        return directory.resolve("00000000000000000100.txnindex");
    }

    private TransactionIndex index() throws IOException {
        return new TransactionIndex(100, file());
    }

    private org.apache.kafka.storage.internals.log.TransactionIndex kafkas() throws IOException {
        return new org.apache.kafka.storage.internals.log.TransactionIndex(100, file().toFile());
    }

    private static List<AbortedTxn> ours(List<org.apache.kafka.storage.internals.log.AbortedTxn> theirs) {
        return theirs.stream()
                .map(one ->
                        new AbortedTxn(one.producerId(), one.firstOffset(), one.lastOffset(), one.lastStableOffset()))
                .toList();
    }
}
