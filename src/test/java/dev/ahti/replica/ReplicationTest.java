package dev.ahti.replica;

import static dev.ahti.replica.ReplicaBrokers.PATIENCE;
import static dev.ahti.replica.ReplicaFixture.append;
import static dev.ahti.replica.ReplicaFixture.deleteRecords;
import static dev.ahti.replica.ReplicaFixture.idempotent;
import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.replica.LocalReplica.AppendResult;
import dev.ahti.replica.LocalReplica.DeleteResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers in this JVM: what the leader appends, the followers have. */
class ReplicationTest {
    private static final ActorTestKit KIT = LocalActors.start();

    @TempDir
    Path path;

    private ReplicaBrokers brokers;

    @BeforeEach
    void start() throws Exception {
        brokers = new ReplicaBrokers(KIT, path);
    }

    @AfterEach
    void close() throws Exception {
        brokers.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static AppendResult get(CompletableFuture<AppendResult> answer) {
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private ReplicaHandle threeReplicas(Map<String, String> configs) {
        brokers.createTopic(configs, 1, 2, 3);
        brokers.network.dialAll();
        return brokers.awaitLeader(1);
    }

    @Test
    void shouldHaveOnEveryFollowerWhatTheLeaderAppends() {
        ReplicaHandle leader = threeReplicas(Map.of());

        AppendResult first = get(append(leader, -1, records("a", "b")));
        AppendResult second = get(append(leader, -1, records("c")));

        assertThat(first.error()).isEqualTo(Errors.NONE);
        assertThat(second.baseOffset()).isEqualTo(2);
        assertThat(leader.highWatermark()).isEqualTo(3);
        assertThat(leader.followerLogEnds()).isEqualTo(Map.of(2, 3L, 3, 3L));
        assertThat(brokers.replica(2).followerLogEnds()).isEmpty();
        for (int follower = 2; follower <= 3; follower++) {
            assertThat(brokers.replica(follower).log().logEndOffset()).isEqualTo(3);
            // Nothing follows: the high watermark comes alone (rule 14).
            brokers.awaitHighWatermark(follower, 3);
        }
    }

    @Test
    void shouldWaitForEveryInSyncReplicaAndGoOnWithoutTheOneThatIsGone() {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));

        brokers.broker(1).cutFromMetadata = true;
        brokers.network.cut(3, 1);
        CompletableFuture<AppendResult> waiting = append(leader, -1, records("b"));
        brokers.awaitLogEnd(2, 2);
        assertThat(waiting).isNotDone();

        // Rule 5: closed for one session.
        brokers.broker(1).cutFromMetadata = false;
        brokers.awaitIsr(1, 2);
        assertThat(get(waiting).error()).isEqualTo(Errors.NONE);

        brokers.network.dial(3, 1);
        brokers.awaitIsr(1, 2, 3);
        assertThat(brokers.replica(3).log().logEndOffset()).isEqualTo(2);
        get(append(leader, -1, records("c")));
        await().atMost(PATIENCE).until(() -> brokers.replica(3).log().logEndOffset() == 3);
    }

    /** Trap 6: more than what is sent without an acknowledgement. */
    @Test
    void shouldCatchUpFromItsOwnLogEndWhateverItHasMissed() {
        ReplicaHandle leader = threeReplicas(Map.of("segment.bytes", "2000000"));
        get(append(leader, -1, records("a")));
        brokers.network.cut(3, 1);
        brokers.awaitIsr(1, 2);
        String large = "x".repeat(500_000);
        for (int i = 0; i < 20; i++) {
            get(append(leader, -1, records(large)));
        }

        brokers.network.dial(3, 1);

        brokers.awaitIsr(1, 2, 3);
        brokers.awaitLogEnd(3, 21);
        brokers.awaitHighWatermark(3, 21);
    }

    /** Trap 4. */
    @Test
    void shouldFollowALeaderThatHearsOfThePartitionLater() {
        brokers.broker(1).imageStands = true;
        brokers.createTopic(Map.of(), 1, 2);
        brokers.network.dialAll();
        await().during(Duration.ofMillis(200)).until(() -> brokers.broker(2).replica() != null);

        brokers.broker(1).imageStands = false;
        brokers.showAll();
        brokers.openIfKnown(1);

        ReplicaHandle leader = brokers.awaitLeader(1);
        assertThat(get(append(leader, -1, records("a"))).error()).isEqualTo(Errors.NONE);
        assertThat(brokers.replica(2).log().logEndOffset()).isEqualTo(1);
    }

    /** Traps 6 and 12, rule 12: what only the old leader had goes, what was acknowledged stays. */
    @Test
    void shouldCutWhatTheNewLeaderNeverHad() throws Exception {
        ReplicaHandle leader = threeReplicas(Map.of("min.insync.replicas", "2"));
        get(append(leader, -1, records("a")));
        brokers.network.cut(2, 1);
        brokers.network.cut(3, 1);
        brokers.broker(1).imageStands = true;
        brokers.broker(1).cutFromMetadata = true;
        get(append(leader, 1, records("lost", "lost too")));

        brokers.declareDead(1);
        ReplicaHandle next = brokers.awaitLeader(2);
        assertThat(get(append(next, -1, records("b"))).error()).isEqualTo(Errors.NONE);
        brokers.broker(1).imageStands = false;
        brokers.registerAgain(1);
        brokers.network.dialAll();

        brokers.awaitIsr(1, 2, 3);
        assertThat(LogContents.of(leader.log(), 0, leader.log().logEndOffset()))
                .isEqualTo(LogContents.of(next.log(), 0, next.log().logEndOffset()))
                .hasSize(2)
                .containsEntry(1L, "b@" + next.leadership().leaderEpoch());
        assertThat(leader.leadership().leading()).isFalse();
    }

    /** Trap 12. */
    @Test
    void shouldKnowAfterAFailOverWhatAnIdempotentProducerHasSent() throws Exception {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));
        assertThat(get(append(leader, -1, idempotent(7, 0, "b"))).baseOffset()).isEqualTo(1);
        get(append(leader, -1, idempotent(7, 1, "c")));

        brokers.kill(1);
        brokers.declareDead(1);
        ReplicaHandle next = brokers.awaitLeader(2);

        assertThat(get(append(next, -1, idempotent(7, 1, "c"))).baseOffset()).isEqualTo(2);
        assertThat(get(append(next, -1, idempotent(7, 0, "b"))).baseOffset()).isEqualTo(1);
        assertThat(get(append(next, -1, idempotent(7, 2, "d"))).baseOffset()).isEqualTo(3);
        assertThat(get(append(next, -1, idempotent(7, 9, "e"))).error()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(next.log().logEndOffset()).isEqualTo(4);
    }

    /** Rule 13: the first try is not on the follower yet. */
    @Test
    void shouldLetADuplicateWaitForTheFollowersToo() {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));
        brokers.network.dial(2, 1).hold();
        CompletableFuture<AppendResult> first = append(leader, -1, idempotent(7, 0, "b"));
        CompletableFuture<AppendResult> again = append(leader, -1, idempotent(7, 0, "b"));
        get(append(leader, 1, records("c")));
        assertThat(first).isNotDone();
        assertThat(again).isNotDone();

        brokers.network.dial(2, 1).letGo();

        assertThat(get(first).baseOffset()).isEqualTo(1);
        assertThat(get(again).baseOffset()).isEqualTo(1);
    }

    /** Rule 12: the new leader's high watermark may be behind; clients do not see it go back. */
    @Test
    void shouldNotGoBackAsClientsSeeItWhenTheLeaderChanges() throws Exception {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));
        brokers.awaitHighWatermark(2, 1);
        // The acknowledgement of 2 arrives, but 2 does not hear of the high watermark that it makes.
        get(append(leader, -1, records("b", "c")));
        brokers.kill(1);
        brokers.network.leave(3);
        brokers.declareDead(1);

        ReplicaHandle next = brokers.awaitLeader(2);

        assertThat(next.leadership().epochStartOffset()).isEqualTo(3);
        assertThat(ReplicaFixture.read(next, 3).error()).isEqualTo(Errors.NONE);
        assertThat(ReplicaFixture.read(next, 3).records().sizeInBytes()).isZero();
        // 3 cannot follow: after one session it is out, and the high watermark passes.
        brokers.awaitHighWatermark(2, 3);
        assertThat(brokers.state().isrBrokers()).containsExactly(2);
    }

    /** Rule 5: connected, but slow. */
    @Test
    void shouldDropAConnectedFollowerThatDoesNotCatchUp() {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));
        brokers.network.dial(3, 1).hold();
        CompletableFuture<AppendResult> waiting = append(leader, -1, records("b"));

        await().atMost(PATIENCE).until(() -> {
            brokers.broker(1).fixture.node.checkFollowers();
            return brokers.state().isrBrokers().equals(List.of(1, 2));
        });
        assertThat(get(waiting).error()).isEqualTo(Errors.NONE);
        brokers.network.dial(3, 1).letGo();
        brokers.awaitIsr(1, 2, 3);
    }

    /** Rules 9 and 10: the ISR may have been changed though nobody has said so. */
    @Test
    void shouldCountAProposedMemberUntilTheImageShowsTheOutcome() {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));
        brokers.network.cut(3, 1);
        brokers.awaitIsr(1, 2);
        await().atMost(PATIENCE).until(() -> {
            brokers.showAll();
            return brokers.broker(1).image.get().version()
                    == brokers.metadata.image().version();
        });
        brokers.broker(1).losesReplies = true;
        brokers.broker(1).imageStands = true;
        brokers.network.dial(3, 1);
        brokers.awaitIsr(1, 2, 3);

        brokers.network.dial(3, 1).hold();
        CompletableFuture<AppendResult> waiting = append(leader, -1, records("b"));
        brokers.awaitLogEnd(2, 2);
        await().during(Duration.ofMillis(300)).until(() -> !waiting.isDone());

        brokers.broker(1).losesReplies = false;
        brokers.broker(1).imageStands = false;
        brokers.network.dial(3, 1).letGo();
        assertThat(get(waiting).error()).isEqualTo(Errors.NONE);
    }

    /** Rules 2 and 18: a broker that has lost its tail is another member, and comes back with nothing to its credit. */
    @Test
    void shouldCatchUpAfterItHasLostItsTail() throws Exception {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));
        get(append(leader, -1, records("b")));
        get(append(leader, -1, records("c")));
        brokers.kill(2);
        brokers.loseTail(2, 1);
        brokers.start(2, false);
        assertThat(brokers.state().isrBrokers()).doesNotContain(2);
        assertThat(brokers.replica(2).log().logEndOffset()).isEqualTo(1);

        brokers.network.dialAll();

        brokers.awaitIsr(1, 2, 3);
        assertThat(brokers.replica(2).log().logEndOffset()).isEqualTo(3);
        get(append(leader, -1, records("d")));
        assertThat(brokers.replica(2).log().logEndOffset()).isEqualTo(4);
    }

    /** Rule 15. */
    @Test
    void shouldAcknowledgeWhatIsOnTheDisksOfATopicThatIsSynced() {
        ReplicaHandle leader = threeReplicas(Map.of("flush.messages", "1"));
        get(append(leader, -1, records("a")));

        for (int id = 1; id <= 3; id++) {
            assertThat(brokers.replica(id).log().recoveryPoint())
                    .as("broker %s", id)
                    .isEqualTo(1);
        }
    }

    /** Rule 16. */
    @Test
    void shouldServeNothingWhileItMayBeAlone() throws Exception {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));
        brokers.broker(1).seesMajority = false;

        assertThat(get(append(leader, 1, records("b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(get(append(leader, -1, records("b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(get(append(leader, 0, records("b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(ReplicaFixture.read(leader, 0).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(deleteRecords(leader, -1).join().error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(leader.log().logEndOffset()).isEqualTo(1);

        brokers.broker(1).seesMajority = true;
        assertThat(get(append(leader, 1, records("b"))).error()).isEqualTo(Errors.NONE);
    }

    /** The singleton may be beside it, still able to store that nobody else is in sync. */
    @Test
    void shouldTakeNobodyOutOfTheIsrWhileItMayBeAlone() throws Exception {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));
        brokers.broker(1).seesMajority = false;
        brokers.network.cut(2, 1);
        brokers.network.cut(3, 1);

        await().during(ReplicaBroker.SESSION.multipliedBy(4))
                .atMost(PATIENCE)
                .until(() -> brokers.state().isrBrokers().size() == 3);

        brokers.broker(1).seesMajority = true;
        brokers.awaitIsr(1);
    }

    @Test
    void shouldForgetWhatTheLeaderHasDeleted() {
        ReplicaHandle leader = threeReplicas(Map.of());
        for (String value : List.of("a", "b", "c")) {
            get(append(leader, -1, records(value)));
        }
        brokers.network.cut(3, 1);
        brokers.awaitIsr(1, 2);
        get(append(leader, -1, records("d")));

        CompletableFuture<DeleteResult> deleted = deleteRecords(leader, -1);
        await().atMost(PATIENCE).until(() -> brokers.replica(2).log().logStartOffset() == 4);
        assertThat(deleted).as("3 is alive, and still has them").isNotDone();
        brokers.network.dial(3, 1);

        assertThat(deleted.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join())
                .isEqualTo(new DeleteResult(Errors.NONE, 4));
        assertThat(brokers.replica(3).log().logStartOffset()).isEqualTo(4);
        brokers.awaitIsr(1, 2, 3);
        assertThat(get(append(leader, -1, records("e"))).baseOffset()).isEqualTo(4);
        assertThat(brokers.replica(3).log().logEndOffset()).isEqualTo(5);
    }

    @Test
    void shouldNotWaitForADeadBrokerToDelete() throws Exception {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a", "b")));
        brokers.network.cut(3, 1);
        CompletableFuture<DeleteResult> deleted = deleteRecords(leader, 1);
        await().atMost(PATIENCE).until(() -> brokers.replica(2).log().logStartOffset() == 1);
        assertThat(deleted).isNotDone();

        brokers.kill(3);
        brokers.declareDead(3);

        assertThat(deleted.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join())
                .isEqualTo(new DeleteResult(Errors.NONE, 1));
    }

    @Test
    void shouldSayThatTimeIsUpWhereALiveFollowerDoesNotDelete() {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a", "b")));
        brokers.network.cut(3, 1);

        DeleteResult result = deleteRecords(leader, 1, 300).join();

        assertThat(result.error()).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(result.lowWatermark()).isLessThan(1);
        assertThat(leader.log().logStartOffset()).isEqualTo(1);
    }

    /** Nothing is produced any more that could bring it along. */
    @Test
    void shouldForgetWhatRetentionHasTakenFromAnIdleLeader() {
        ReplicaHandle leader = threeReplicas(Map.of("retention.ms", "1"));
        get(append(leader, -1, records("a", "b")));
        brokers.awaitHighWatermark(2, 2);
        brokers.awaitHighWatermark(3, 2);
        ReplicaFixture fixture = brokers.broker(1).fixture;

        await().atMost(PATIENCE).until(() -> {
            new ReplicaUpkeep(fixture.node.table(), fixture.directory).deleteExpired();
            return leader.log().logStartOffset() == 2;
        });

        for (int follower = 2; follower <= 3; follower++) {
            int id = follower;
            await().atMost(PATIENCE).until(() -> brokers.replica(id).log().logStartOffset() == 2);
        }
    }

    /** Rule 24. */
    @Test
    void shouldNotTakeATopicForAnEarlierOneOfItsName() throws Exception {
        ReplicaHandle before = threeReplicas(Map.of());
        get(append(before, -1, records("old")));
        brokers.kill(3);
        brokers.declareDead(3);
        brokers.createTopicAnew(1, 2, 3);
        ReplicaHandle leader = brokers.awaitLeader(1);
        get(append(leader, -1, records("new", "newer")));

        brokers.start(3, true);
        brokers.network.dialAll();

        brokers.awaitIsr(1, 2, 3);
        brokers.awaitHighWatermark(3, 2);
        assertThat(LogContents.of(brokers.replica(3).log(), 0, 2)).isEqualTo(LogContents.of(leader.log(), 0, 2));
        assertThat(brokers.broker(3).fixture.directory.strays()).hasSize(1);
    }
}
