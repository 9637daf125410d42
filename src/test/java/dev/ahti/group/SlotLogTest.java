package dev.ahti.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.replica.LocalActors;
import dev.ahti.replica.SlotFixture;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotLogTest {
    private static final ActorTestKit KIT = LocalActors.start();
    private static final short NO_TRANSACTION = -1;

    @TempDir
    Path path;

    private final List<SlotLog> failed = new CopyOnWriteArrayList<>();
    private SlotFixture slot;
    private SlotLog log;

    @BeforeEach
    void open() throws Exception {
        slot = new SlotFixture(path, KIT.system());
        slot.lead(0);
        log = new SlotLog(slot.replica(), 0, failed::add);
        log.loadedUpTo(0);
    }

    @AfterEach
    void close() throws Exception {
        slot.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static MemoryRecords batch(int records, int size) {
        List<SimpleRecord> all = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            all.add(new SimpleRecord(1, new byte[] {1}, new byte[size]));
        }
        return MemoryRecords.withRecords(Compression.NONE, all.toArray(SimpleRecord[]::new));
    }

    @Test
    void offsetsAreCountedOnWithoutWaitingForTheReplica() {
        assertThat(log.append(batch(3, 1), NO_TRANSACTION)).isEqualTo(3);
        assertThat(log.append(batch(1, 1), NO_TRANSACTION)).isEqualTo(4);

        HostedGroups.eventually(() -> slot.replica().log().logEndOffset() == 4);
        assertThat(failed).isEmpty();
    }

    @Test
    void theCallersBufferIsItsOwnAgainAtOnce() {
        Runnable letGo = slot.holdInNextEpoch();
        log = new SlotLog(slot.replica(), 1, failed::add);
        log.loadedUpTo(0);
        MemoryRecords records = batch(1, 100);

        log.append(records, NO_TRANSACTION);
        ByteBuffer buffer = records.buffer();
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0);
        }
        letGo.run();

        HostedGroups.eventually(() -> slot.replica().log().logEndOffset() == 1);
        assertThat(failed).isEmpty();
    }

    @Test
    void whatIsQueuedHasALimit() {
        Runnable letGo = slot.holdInNextEpoch();
        try {
            for (int i = 0; i < 64; i++) {
                log.append(batch(1, 1 << 20), NO_TRANSACTION);
            }

            assertThatThrownBy(() -> log.append(batch(1, 1), NO_TRANSACTION))
                    .isInstanceOf(NotEnoughReplicasException.class);
        } finally {
            letGo.run();
        }
    }

    @Test
    void anEpochThatIsOverIsToldOnceAndTakesNothingMore() {
        Runnable letGo = slot.holdInNextEpoch();
        log.append(batch(1, 1), NO_TRANSACTION);
        log.append(batch(1, 1), NO_TRANSACTION);
        letGo.run();

        HostedGroups.eventually(() -> !failed.isEmpty());

        assertThat(failed).containsExactly(log);
        assertThatThrownBy(() -> log.append(batch(1, 1), NO_TRANSACTION))
                .isInstanceOf(NotLeaderOrFollowerException.class);
        assertThat(slot.replica().log().logEndOffset()).isZero();
    }
}
