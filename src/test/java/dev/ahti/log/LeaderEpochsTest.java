package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leader epochs beside Kafka's {@link LeaderEpochFileCache}: same answers, and each reads the other's file. */
class LeaderEpochsTest {
    private static final int OFFSETS = 60;
    private static final int EPOCHS = 14;

    @TempDir
    Path ours;

    @TempDir
    Path theirs;

    @ParameterizedTest
    @ValueSource(longs = {1, 0})
    void answersAreKafkasAfterRandomChanges(long given) throws IOException {
        long seed = given == 0 ? System.nanoTime() : given;
        SplittableRandom random = new SplittableRandom(seed);
        LeaderEpochs epochs = LeaderEpochs.open(ours);
        LeaderEpochFileCache kafkas = kafkas(theirs);
        for (int step = 0; step < 250; step++) {
            int epoch = random.nextInt(EPOCHS);
            int offset = random.nextInt(OFFSETS);
            switch (random.nextInt(10)) {
                case 0 -> {
                    epochs.truncateFromEnd(offset);
                    kafkas.truncateFromEndAsyncFlush(offset);
                }
                case 1 -> {
                    epochs.truncateFromStart(offset);
                    kafkas.truncateFromStartAsyncFlush(offset);
                }
                case 2 -> {
                    epochs.flush(() -> OFFSETS + 1);
                    epochs = LeaderEpochs.open(ours);
                }
                case 3 -> {
                    epochs.flush(() -> OFFSETS + 1);
                    assertAlike("their reading of our file", epochs, kafkas(ours));
                }
                case 4 -> assertAlike("our reading of their file", LeaderEpochs.open(theirs), kafkas);
                default -> {
                    epochs.assign(epoch, offset);
                    kafkas.assign(epoch, offset);
                }
            }
            assertAlike("seed " + seed + ", step " + step, epochs, kafkas);
        }
        epochs.clear();
        epochs.flush(() -> 0);
        assertThat(LeaderEpochs.open(ours).latestEpoch()).isEqualTo(-1);
    }

    private static void assertAlike(String of, LeaderEpochs epochs, LeaderEpochFileCache kafkas) {
        assertThat(epochs.latestEpoch()).as(of).isEqualTo(kafkas.latestEpoch().orElse(-1));
        assertThat(epochs.latestEpochStart())
                .as(of)
                .isEqualTo(
                        kafkas.latestEntry().map(entry -> entry.startOffset()).orElse(-1L));
        for (int epoch = -1; epoch <= EPOCHS; epoch++) {
            var end = kafkas.endOffsetFor(epoch, OFFSETS + 1);
            assertThat(epochs.endOfEpoch(epoch, OFFSETS + 1))
                    .as("%s: end of epoch %d", of, epoch)
                    .isEqualTo(new EpochEnd(end.getKey(), end.getValue()));
        }
        for (int offset = 0; offset <= OFFSETS; offset++) {
            assertThat(epochs.epochForOffset(offset))
                    .as("%s: epoch of offset %d", of, offset)
                    .isEqualTo(kafkas.epochForOffset(offset));
        }
    }

    @Test
    void theFileIsKafkasTextFormat() throws IOException {
        LeaderEpochs epochs = LeaderEpochs.open(ours);
        epochs.assign(3, 0);
        epochs.assign(5, 12);
        epochs.flush(() -> 13);

        assertThat(ours.resolve("leader-epoch-checkpoint")).hasContent("0\n2\n3 0\n5 12\n");
        assertThat(epochs.epochForOffset(11)).isEqualTo(OptionalInt.of(3));
    }

    @Test
    void anEmptyFileIsWhatKafkaMakesOfANewLog() throws IOException {
        Files.createFile(ours.resolve(LeaderEpochs.FILE_NAME));
        assertThat(LeaderEpochs.open(ours).latestEpoch()).isEqualTo(-1);
    }

    @Test
    void aDamagedFileIsNotTakenForAnEmptyOne() throws IOException {
        for (String text : new String[] {"0\n", "1\n0\n", "0\n2\n3 0\n", "0\n1\n3 x\n", "0\n1\n-3 4\n", "0\n1\n3\n"}) {
            Files.writeString(ours.resolve(LeaderEpochs.FILE_NAME), text);
            assertThatThrownBy(() -> LeaderEpochs.open(ours)).as(text).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anEpochWithoutRecordsIsNotWritten() throws IOException {
        LeaderEpochs epochs = LeaderEpochs.open(ours);
        epochs.assign(3, 0);
        epochs.flush(() -> 0);
        assertThat(ours.resolve(LeaderEpochs.FILE_NAME)).doesNotExist();

        epochs.flush(() -> 1);
        epochs.assign(4, 1);
        FileTime written = Files.getLastModifiedTime(ours.resolve(LeaderEpochs.FILE_NAME));
        Object file = Files.readAttributes(ours.resolve(LeaderEpochs.FILE_NAME), BasicFileAttributes.class)
                .fileKey();
        epochs.flush(() -> 1);
        assertThat(Files.getLastModifiedTime(ours.resolve(LeaderEpochs.FILE_NAME)))
                .isEqualTo(written);
        assertThat(Files.readAttributes(ours.resolve(LeaderEpochs.FILE_NAME), BasicFileAttributes.class)
                        .fileKey())
                .as("the same file, not a new one")
                .isEqualTo(file);
        assertThat(epochs.latestEpoch()).isEqualTo(4);
    }

    @Test
    void aTruncationWritesTheFileOnlyWhereThatNamesWhatWasCutOff() throws IOException {
        LeaderEpochs epochs = LeaderEpochs.open(ours);
        epochs.assign(1, 0);
        epochs.flush(() -> 5);
        epochs.assign(2, 5);
        epochs.truncateFromEnd(7);
        epochs.flushWhatWasCut(() -> 7);
        assertThat(LeaderEpochs.open(ours).latestEpoch()).as("2 only lacks").isEqualTo(1);

        epochs.flush(() -> 7);
        epochs.truncateFromEnd(5);
        epochs.flushWhatWasCut(() -> 5);
        assertThat(LeaderEpochs.open(ours).latestEpoch()).as("2 was cut off").isEqualTo(1);
    }

    @Test
    void aChangeThatCannotBeStoredIsStillDue() throws IOException {
        LeaderEpochs epochs = LeaderEpochs.open(ours);
        epochs.assign(3, 0);
        Files.delete(ours);

        assertThatThrownBy(() -> epochs.flush(() -> 1)).isInstanceOf(IOException.class);
        Files.createDirectories(ours);
        epochs.flush(() -> 1);

        assertThat(LeaderEpochs.open(ours).latestEpoch()).isEqualTo(3);
    }

    private static LeaderEpochFileCache kafkas(Path directory) throws IOException {
        return new LeaderEpochFileCache(
                new TopicPartition("t", 0),
                new LeaderEpochCheckpointFile(
                        directory.resolve(LeaderEpochs.FILE_NAME).toFile(), new LogDirFailureChannel(1)),
                new Immediately());
    }

    /** Kafka writes truncations later, on another thread: here at once. */
    private static final class Immediately implements Scheduler {
        @Override
        public void startup() {}

        @Override
        public void shutdown() {}

        @Override
        public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
            task.run();
            return null;
        }

        @Override
        public void resizeThreadPool(int newSize) {}
    }
}
