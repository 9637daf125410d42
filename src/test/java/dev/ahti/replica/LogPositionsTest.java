package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.model.PartitionId;
import dev.ahti.replica.LogPositions.Answer;
import dev.ahti.replica.LogPositions.Found;
import dev.ahti.replica.LogPositions.Position;
import dev.ahti.replica.LogPositions.Question;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogPositionsTest {
    private static final ActorTestKit KIT = LocalActors.start();

    @TempDir
    Path path;

    private SlotFixture slot;
    private ActorRef<Question> positions;

    @BeforeEach
    void open() throws Exception {
        slot = new SlotFixture(path, KIT.system());
        positions = KIT.spawn(LogPositions.create(slot.replicas()));
    }

    @AfterEach
    void close() throws Exception {
        slot.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private List<Found> ask(Position... asked) {
        TestProbe<Answer> probe = KIT.createTestProbe();
        positions.tell(new Question(List.of(asked), probe.ref()));
        return probe.receiveMessage(Duration.ofSeconds(30)).found();
    }

    private Position at(long offset) {
        return new Position(slot.replica().id(), offset);
    }

    /** As its coordinator writes, one batch with a record for each time. */
    private void append(long... timesMs) throws Exception {
        SimpleRecord[] records = new SimpleRecord[timesMs.length];
        for (int i = 0; i < timesMs.length; i++) {
            records[i] = new SimpleRecord(timesMs[i], "k".getBytes(StandardCharsets.UTF_8), null);
        }
        var done = ReplicaFixture.append(
                slot.replica(), 1, MemoryRecords.withRecords(Compression.lz4().build(), records));
        assertThat(done.get(30, TimeUnit.SECONDS).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void saysWhereTheLogEndsAndWhenTheRecordWasMadeThatIsReadNext() throws Exception {
        slot.lead(1);
        append(1_000, 2_000, 3_000);
        append(4_000);

        assertThat(ask(at(0), at(1), at(3), at(4)))
                .containsExactly(
                        new Found(at(0), 4, 1_000),
                        new Found(at(1), 4, 2_000),
                        new Found(at(3), 4, 4_000),
                        new Found(at(4), 4, LogPositions.NO_RECORD));
    }

    @Test
    void whatIsNotReplicatedIsNotThereYet() throws Exception {
        slot.lead(1, 2);
        append(1_000);

        assertThat(ask(at(0))).containsExactly(new Found(at(0), 0, LogPositions.NO_RECORD));
    }

    @Test
    void onlyTheLeaderSaysAnything() throws Exception {
        slot.lead(1);
        append(1_000);
        slot.follow(2, 2);

        assertThat(ask(at(0), new Position(new PartitionId(Uuid.randomUuid(), 0), 0)))
                .isEmpty();
    }
}
