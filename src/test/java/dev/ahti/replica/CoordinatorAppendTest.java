package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.replica.LocalReplica.CoordinatorBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoordinatorAppendTest {
    private static final ActorTestKit KIT = LocalActors.start();
    private static final short NO_TRANSACTION = -1;

    @TempDir
    Path path;

    private SlotFixture slot;

    @BeforeEach
    void open() throws Exception {
        slot = new SlotFixture(path, KIT.system());
    }

    @AfterEach
    void close() throws Exception {
        slot.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private Errors append(int epoch, long baseOffset, MemoryRecords records) throws Exception {
        CompletableFuture<Errors> done = new CompletableFuture<>();
        slot.replica()
                .appendAsCoordinator(new CoordinatorBatch(records, epoch, baseOffset, NO_TRANSACTION), done::complete);
        return done.get(30, TimeUnit.SECONDS);
    }

    @Test
    void shouldAppendOnlyAtTheLogEndAndInTheEpochThatTheCoordinatorKnows() throws Exception {
        slot.lead(3);

        assertThat(append(3, 0, records("a", "b"))).isEqualTo(Errors.NONE);
        assertThat(append(3, 0, records("again"))).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(append(3, 3, records("after a gap"))).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(append(2, 2, records("of the epoch before"))).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(append(3, 2, records("c"))).isEqualTo(Errors.NONE);

        assertThat(slot.replica().log().logEndOffset()).isEqualTo(3);
    }

    @Test
    void whatWasSentBehindAnAppendThatFailedFailsToo() throws Exception {
        slot.lead(0);
        List<Errors> answers = new CopyOnWriteArrayList<>();
        slot.seesMajority(false);
        CompletableFuture<Errors> first = new CompletableFuture<>();
        slot.replica().appendAsCoordinator(new CoordinatorBatch(records("lost"), 0, 0, NO_TRANSACTION), error -> {
            slot.seesMajority(true);
            answers.add(error);
            first.complete(error);
        });
        first.get(30, TimeUnit.SECONDS);

        assertThat(append(0, 1, records("behind it"))).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);

        assertThat(answers).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(slot.replica().log().logEndOffset()).isZero();
    }

    @Test
    void shouldAppendTheMarkerOfATransaction() throws Exception {
        slot.lead(0);
        CompletableFuture<Errors> done = new CompletableFuture<>();

        slot.replica()
                .appendAsCoordinator(
                        new CoordinatorBatch(
                                MemoryRecords.withEndTransactionMarker(
                                        7, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0)),
                                0,
                                0,
                                (short) 1),
                        done::complete);

        assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo(Errors.NONE);
    }

    @Test
    void leadershipIsToldToThoseWhoFollowIt() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        slot.replicas()
                .onLeadershipChange(replica -> told.add(replica.leadership().leading() + " "
                        + replica.leadership().leaderEpoch()));

        slot.lead(0);
        slot.follow(2, 1);
        slot.lead(2);

        assertThat(new ArrayList<>(told)).containsExactly("true 0", "false 1", "true 2");
    }
}
