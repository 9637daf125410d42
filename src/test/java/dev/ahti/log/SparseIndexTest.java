package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseIndexTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void file() {
        file = directory.resolve("00000000000000000000.index");
    }

    @Test
    void aSearchBeginsAtTheNearestEntryAtOrBeforeTheOffset() throws IOException {
        OffsetIndex index = new OffsetIndex(file);
        assertThat(index.lookup(5)).isZero();
        for (int i = 1; i <= 5000; i++) {
            index.append(i * 10, i * 100);
        }
        assertThat(index.lookup(9)).isZero();
        assertThat(index.lookup(10)).isEqualTo(100);
        assertThat(index.lookup(49_999)).isEqualTo(499_900);
        assertThat(index.lookup(Long.MAX_VALUE)).isEqualTo(500_000);
    }

    @Test
    void theFileHasKafkasEntriesOfEightBytes() throws IOException {
        OffsetIndex index = new OffsetIndex(file);
        index.append(7, 70);
        index.append(9, 90);
        index.write(true);
        ByteBuffer expected =
                ByteBuffer.allocate(16).putInt(7).putInt(70).putInt(9).putInt(90);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
    }

    @Test
    void theTimeIndexHasKafkasEntriesOfTwelveBytesAndOnlyRisingTimes() throws IOException {
        TimeIndex index = new TimeIndex(file);
        index.appendIfLarger(-1, 0);
        index.appendIfLarger(1000, 3);
        index.appendIfLarger(1000, 4);
        index.appendIfLarger(999, 5);
        index.appendIfLarger(2000, 6);
        index.write(true);
        ByteBuffer expected =
                ByteBuffer.allocate(24).putLong(1000).putInt(3).putLong(2000).putInt(6);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
        assertThat(index.lookup(999)).isZero();
        assertThat(index.lookup(1999)).isEqualTo(3);
        assertThat(index.last()).isEqualTo(new TimeIndex.Entry(2000, 6));
    }

    @Test
    void entriesAreThereAfterTheIndexWasOpenedAgainAndItGoesOn() throws IOException {
        OffsetIndex index = new OffsetIndex(file);
        index.append(7, 70);
        index.release(false);
        assertThat(index.lookup(8)).isEqualTo(70);

        OffsetIndex again = new OffsetIndex(file);
        assertThat(again.lookup(8)).isEqualTo(70);
        again.append(9, 90);
        again.release(false);

        assertThat(new OffsetIndex(file).lookup(9)).isEqualTo(90);
        assertThat(Files.size(file)).isEqualTo(16);
    }

    @Test
    void whatACrashLeftBehindTheLastSensibleEntryIsDropped() throws IOException {
        ByteBuffer zeros =
                ByteBuffer.allocate(41).putInt(7).putInt(70).putInt(9).putInt(90);
        Files.write(file, zeros.array());
        OffsetIndex index = new OffsetIndex(file);
        assertThat(index.lookup(Long.MAX_VALUE)).isEqualTo(90);
        index.append(11, 110);
        index.write(false);
        assertThat(Files.size(file)).isEqualTo(24);
        assertThat(new OffsetIndex(file).lookup(Long.MAX_VALUE)).isEqualTo(110);
    }

    @Test
    void truncationDropsWhatIsBehindInTheFileToo() throws IOException {
        OffsetIndex index = new OffsetIndex(file);
        index.append(7, 70);
        index.append(9, 90);
        index.release(false);
        index.truncateTo(90);
        assertThat(index.lookup(9)).isEqualTo(70);
        assertThat(Files.size(file)).isEqualTo(8);
        index.append(8, 95);
        index.write(false);
        assertThat(new OffsetIndex(file).lookup(9)).isEqualTo(95);
        index.clear();
        assertThat(index.lookup(9)).isZero();
        assertThat(Files.size(file)).isZero();
    }
}
