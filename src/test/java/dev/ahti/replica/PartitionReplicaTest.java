package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.append;
import static dev.ahti.replica.ReplicaFixture.deleteRecords;
import static dev.ahti.replica.ReplicaFixture.idempotent;
import static dev.ahti.replica.ReplicaFixture.ledHere;
import static dev.ahti.replica.ReplicaFixture.read;
import static dev.ahti.replica.ReplicaFixture.records;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.log.EpochEnd;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica.AppendResult;
import dev.ahti.replica.LocalReplica.DeleteResult;
import dev.ahti.replica.LocalReplica.ReadRequest;
import dev.ahti.replica.LocalReplica.ReadResult;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.ConfigChanged;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaFailed;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaOpened;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStarted;
import dev.ahti.replica.ReplicaStarterCommand.ReplicaStopped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.TopicPartition;
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

class PartitionReplicaTest {
    private static final ActorTestKit KIT = LocalActors.start();

    @TempDir
    Path path;

    private ReplicaFixture fixture;
    private TestProbe<ReplicaStarterCommand> starter;

    @BeforeEach
    void open() throws Exception {
        fixture = new ReplicaFixture(path);
        starter = KIT.createTestProbe(ReplicaStarterCommand.class);
    }

    @AfterEach
    void close() throws Exception {
        for (LocalReplica open : List.copyOf(fixture.node.table().all())) {
            KIT.stop(actor(open));
        }
        fixture.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private LocalReplica start(PartitionId id) {
        KIT.spawn(PartitionReplica.create(fixture.node, id, ReplicaFixture.SELF, starter.ref()));
        starter.expectMessageClass(ReplicaStarted.class);
        starter.expectMessageClass(ReplicaOpened.class);
        return fixture.node.table().get(id);
    }

    private LocalReplica leader(int epoch, Integer... others) {
        return leader(Map.of(), epoch, others);
    }

    private LocalReplica leader(Map<String, String> configs, int epoch, Integer... others) {
        PartitionId id = fixture.createTopic("t", List.of(1, 2, 3), configs);
        fixture.changePartition(id, ledHere(epoch, others));
        return startLeader(id);
    }

    private LocalReplica startLeader(PartitionId id) {
        LocalReplica replica = start(id);
        await().until(() -> replica.leadership().leading());
        return replica;
    }

    private void change(LocalReplica replica, UnaryOperator<PartitionImage> change) {
        fixture.changePartition(replica.id(), change);
        tell(replica, MetadataChanged.INSTANCE);
    }

    private static ActorRef<PartitionReplicaCommand> actor(LocalReplica replica) {
        return ((ReplicaHandle) replica).actor();
    }

    private static void tell(LocalReplica replica, PartitionReplicaCommand message) {
        actor(replica).tell(message);
    }

    private static CompletableFuture<LocalReplica> readable(LocalReplica replica, long offset) {
        CompletableFuture<LocalReplica> woken = new CompletableFuture<>();
        replica.onReadable(offset, woken::complete);
        return woken;
    }

    private static AppendResult get(CompletableFuture<AppendResult> answer) {
        return answer.orTimeout(5, TimeUnit.SECONDS).join();
    }

    @Test
    void shouldNameTheRecordsThatItRefuses() {
        LocalReplica replica = leader(Map.of("cleanup.policy", "compact"), 0);
        MemoryRecords keyless = MemoryRecords.withRecords(
                Compression.NONE, new SimpleRecord(new byte[1], new byte[1]), new SimpleRecord(new byte[1]));

        AppendResult refused = get(append(replica, -1, keyless));

        assertThat(refused.error()).isEqualTo(Errors.INVALID_RECORD);
        assertThat(refused.recordErrors()).singleElement().satisfies(error -> {
            assertThat(error.batchIndex()).isEqualTo(1);
            assertThat(error.batchIndexErrorMessage()).contains("without key");
        });
    }

    @Test
    void shouldAppendAndReadWhereItIsTheOnlyInSyncReplica() throws Exception {
        LocalReplica replica = leader(0);

        AppendResult first = get(append(replica, -1, records("a", "b")));
        AppendResult second = get(append(replica, 1, records("c")));

        assertThat(first.error()).isEqualTo(Errors.NONE);
        assertThat(first.baseOffset()).isZero();
        assertThat(second.baseOffset()).isEqualTo(2);
        assertThat(replica.leadership().highWatermark()).isEqualTo(3);
        assertThat(read(replica, 0).records().sizeInBytes()).isPositive();
        assertThat(read(replica, 3).records().sizeInBytes()).isZero();
        assertThat(read(replica, 4).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void shouldRefuseWhereAnotherBrokerLeads() throws Exception {
        PartitionId id = fixture.createTopic("t", List.of(1, 2), Map.of());
        fixture.changePartition(id, partition -> partition.withLeader(2, 0));
        LocalReplica replica = start(id);

        assertThat(get(append(replica, 1, records("a"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(get(append(replica, 0, records("a"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(read(replica, 0).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(deleteRecords(replica, -1).join().error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(replica.leadership().leader()).isEqualTo(2);
        assertThat(replica.log().logEndOffset()).isZero();
    }

    @Test
    void shouldAcceptNothingThatFollowsWhatItRefusedBeforeItLed() throws Exception {
        PartitionId id = fixture.createTopic("t", List.of(1, 2), Map.of());
        fixture.changePartition(id, partition -> partition.withLeader(2, 0));
        LocalReplica replica = start(id);
        assertThat(get(append(replica, -1, idempotent(7, 0, "a"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);

        change(replica, ledHere(1));
        await().until(() -> replica.leadership().leading());

        assertThat(get(append(replica, -1, idempotent(7, 1, "b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(replica.log().logEndOffset()).isZero();
        assertThat(get(append(replica, -1, idempotent(7, 0, "a"))).baseOffset()).isZero();
        assertThat(get(append(replica, -1, idempotent(7, 1, "b"))).baseOffset()).isEqualTo(1);
    }

    @Test
    void shouldTakeAProducerThatTheLogKnowsAtItsSequenceNumbers() throws Exception {
        LocalReplica replica = leader(0);
        get(append(replica, -1, idempotent(7, 0, "a")));
        change(replica, partition -> partition.withLeader(2, 1));
        await().until(() -> !replica.leadership().leading());
        assertThat(get(append(replica, -1, idempotent(7, 1, "b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);

        change(replica, ledHere(2));
        await().until(() -> replica.leadership().leading());

        assertThat(get(append(replica, -1, idempotent(7, 2, "c"))).error())
                .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(get(append(replica, -1, idempotent(7, 1, "b"))).baseOffset()).isEqualTo(1);
    }

    @Test
    void shouldNotLeadOnTheStrengthOfAnEarlierIncarnation() {
        PartitionId id = fixture.createTopic("t", List.of(1), Map.of());
        fixture.changePartition(id, partition -> partition
                .withLeader(1, 0)
                .withIsr(List.of(new IsrMember(1, Uuid.randomUuid())), List.of()));
        LocalReplica replica = start(id);

        assertThat(replica.leadership().leading()).isFalse();
        assertThat(get(append(replica, -1, records("a"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void shouldStopLeadingWhenTheBrokerTakesAnotherIncarnation() {
        LocalReplica replica = leader(0);
        fixture.node.useIncarnation(Uuid.randomUuid());
        tell(replica, MetadataChanged.INSTANCE);

        await().until(() -> !replica.leadership().leading());
        assertThat(get(append(replica, 1, records("a"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void shouldAnswerAcksAllOnlyWhenTheWholeIsrHasTheRecords() throws Exception {
        LocalReplica replica = leader(0, 2);

        CompletableFuture<AppendResult> all = append(replica, -1, records("a"));
        assertThat(get(append(replica, 1, records("b"))).baseOffset()).isEqualTo(1);

        assertThat(all).isNotDone();
        assertThat(replica.leadership().highWatermark()).isZero();
        // Between high watermark and log end there is nothing, but nothing out of range either.
        assertThat(read(replica, 1).error()).isEqualTo(Errors.NONE);
        assertThat(read(replica, 1).records().sizeInBytes()).isZero();

        change(replica, ledHere(0));
        assertThat(get(all).error()).isEqualTo(Errors.NONE);
        assertThat(replica.leadership().highWatermark()).isEqualTo(2);
    }

    @Test
    void shouldSayThatTimeIsUpWhereAcksAllComesNotInTime() {
        LocalReplica replica = leader(0, 2);

        CompletableFuture<AppendResult> patient = append(replica, -1, records("a"));
        CompletableFuture<AppendResult> hasty = append(replica, -1, records("b"), 50);
        CompletableFuture<AppendResult> late = append(replica, -1, records("c"), -1);

        assertThat(get(late).error()).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(get(hasty).error()).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(patient).isNotDone();
    }

    @Test
    void shouldAnswerADuplicateThroughTheSameWaitAsTheFirstTry() {
        LocalReplica replica = leader(0, 2);

        CompletableFuture<AppendResult> first = append(replica, -1, idempotent(7, 0, "a"));
        CompletableFuture<AppendResult> again = append(replica, -1, idempotent(7, 0, "a"));
        get(append(replica, 1, records("b")));
        assertThat(first).isNotDone();
        assertThat(again).isNotDone();

        change(replica, ledHere(0));
        assertThat(get(first).baseOffset()).isZero();
        assertThat(get(again).baseOffset()).isZero();
        assertThat(get(again).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldRefuseAcksAllBeforeAppendingWhereTooFewAreInSync() {
        LocalReplica replica = leader(Map.of("min.insync.replicas", "2"), 0);

        assertThat(get(append(replica, -1, records("a"))).error()).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
        assertThat(replica.log().logEndOffset()).isZero();
        assertThat(get(append(replica, -1, idempotent(7, 0, "a"))).error()).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
        assertThat(get(append(replica, 1, idempotent(7, 1, "b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(get(append(replica, 1, records("b"))).error()).isEqualTo(Errors.NONE);
        // KIP-966: the high watermark stands still as well.
        assertThat(replica.leadership().highWatermark()).isZero();
    }

    @Test
    void shouldTellThoseWhoWaitWhenTooFewAreInSyncAfterTheAppend() {
        LocalReplica replica = leader(Map.of("min.insync.replicas", "2"), 0, 2);
        CompletableFuture<AppendResult> all = append(replica, -1, records("a"));

        change(replica, ledHere(0));

        assertThat(get(all).error()).isEqualTo(Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
        assertThat(replica.leadership().highWatermark()).isZero();
    }

    @Test
    void shouldApplyALoweredMinimum() {
        LocalReplica replica = leader(Map.of("min.insync.replicas", "2"), 0);
        get(append(replica, 1, records("a")));

        tell(replica, new ConfigChanged(ReplicaFixture.logConfig(Map.of("min.insync.replicas", "1"))));

        assertThat(get(append(replica, -1, records("b"))).error()).isEqualTo(Errors.NONE);
        assertThat(replica.leadership().highWatermark()).isEqualTo(2);
    }

    @Test
    void shouldAnswerWhoeverWaitsWhenItLeadsNoMore() {
        LocalReplica replica = leader(0, 2);
        CompletableFuture<AppendResult> all = append(replica, -1, records("a"));
        CompletableFuture<LocalReplica> reader = readable(replica, 0);

        change(replica, partition -> partition.withLeader(2, 1));

        assertThat(get(all).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(reader.orTimeout(5, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(5));
        assertThat(replica.leadership().leaderEpoch()).isEqualTo(1);
    }

    @Test
    void shouldGoOnWaitingWhereItLeadsTheNextEpochToo() {
        LocalReplica replica = leader(0, 2);
        CompletableFuture<AppendResult> all = append(replica, -1, records("a"));

        change(replica, ledHere(1, 2));
        await().until(() -> replica.leadership().leaderEpoch() == 1);
        assertThat(all).isNotDone();
        assertThat(replica.leadership().epochStartOffset()).isEqualTo(1);
        assertThat(replica.leadership().highWatermark()).isZero();

        change(replica, ledHere(1));
        assertThat(get(all).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldNoteItsEpochBeforeTheFirstAppend() {
        LocalReplica replica = leader(5);

        assertThat(replica.log().latestEpoch()).isEqualTo(5);
        get(append(replica, 1, records("a")));
        change(replica, ledHere(7));
        await().until(() -> replica.leadership().leaderEpoch() == 7);
        assertThat(replica.log().endOfEpoch(5)).isEqualTo(new EpochEnd(5, 1));
    }

    @Test
    void shouldAppendNothingWhileTheLogLearnsOfTheNextEpoch() {
        LocalReplica replica = leader(0);
        Runnable letGo = fixture.holdDisk();
        change(replica, ledHere(1));

        CompletableFuture<AppendResult> append = append(replica, -1, records("a"));
        await().during(Duration.ofMillis(100)).until(() -> !append.isDone());
        letGo.run();

        assertThat(get(append).error()).isEqualTo(Errors.NONE);
        assertThat(replica.log().endOfEpoch(0)).isEqualTo(new EpochEnd(0, 0));
        assertThat(replica.leadership().leaderEpoch()).isEqualTo(1);
    }

    @Test
    void shouldStepDownAtOnceThoughTheDiskIsSlow() {
        LocalReplica replica = leader(0, 2);
        CompletableFuture<AppendResult> waiting = append(replica, -1, records("a"));
        Runnable letGo = fixture.holdDisk();
        change(replica, ledHere(1, 2));
        change(replica, partition -> partition.withLeader(2, 2));

        assertThat(get(waiting).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        letGo.run();
        assertThat(get(append(replica, 1, records("b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(replica.leadership().leaderEpoch()).isEqualTo(2);
    }

    @Test
    void shouldIgnoreAnEarlierStateOfThePartition() {
        PartitionId id = fixture.createTopic("t", List.of(1), Map.of());
        ClusterImage before = fixture.image.get();
        fixture.changePartition(id, ledHere(3));
        LocalReplica replica = startLeader(id);

        fixture.image.show(before);
        tell(replica, MetadataChanged.INSTANCE);

        assertThat(get(append(replica, -1, records("a"))).error()).isEqualTo(Errors.NONE);
        assertThat(replica.leadership().leaderEpoch()).isEqualTo(3);
    }

    @Test
    void shouldRefuseReadersOfAnotherEpoch() throws Exception {
        LocalReplica replica = leader(3);

        assertThat(replica.read(new ReadRequest(0, 100, true, 2, -1, false)).error())
                .isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(replica.read(new ReadRequest(0, 100, true, 4, -1, false)).error())
                .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
        assertThat(replica.read(new ReadRequest(0, 100, true, 3, -1, false)).error())
                .isEqualTo(Errors.NONE);
    }

    @Test
    void shouldTellAClientWhereItsLogDiverges() throws Exception {
        LocalReplica replica = leader(3);
        get(append(replica, -1, records("a", "b")));
        change(replica, ledHere(5));
        await().until(() -> replica.leadership().leaderEpoch() == 5);
        get(append(replica, -1, records("c")));

        ReadResult agreeing = replica.read(new ReadRequest(2, 100, true, 5, 3, false));
        ReadResult longer = replica.read(new ReadRequest(3, 100, true, 5, 3, false));
        ReadResult unknownEpoch = replica.read(new ReadRequest(2, 100, true, 5, 4, false));

        assertThat(agreeing.diverging()).isNull();
        assertThat(agreeing.records().sizeInBytes()).isPositive();
        assertThat(longer.diverging().epoch()).isEqualTo(3);
        assertThat(longer.diverging().endOffset()).isEqualTo(2);
        assertThat(longer.records().sizeInBytes()).isZero();
        assertThat(unknownEpoch.diverging().epoch()).isEqualTo(3);
    }

    @Test
    void shouldPassOnWhatTheLogRefuses() {
        LocalReplica replica = leader(0);
        MemoryRecords torn = records("a");
        torn.buffer().put(30, (byte) (torn.buffer().get(30) ^ 1));

        AppendResult refused = get(append(replica, -1, torn));

        assertThat(refused.error()).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(refused.baseOffset()).isEqualTo(-1);
        assertThat(get(append(replica, -1, records("b"))).baseOffset()).isZero();
    }

    @Test
    void shouldSurviveACallerThatFailsOnItsAnswer() {
        LocalReplica replica = leader(0);
        replica.append(records("a"), (short) 1, Long.MAX_VALUE, result -> {
            throw new IllegalStateException("planted");
        });
        replica.onReadable(0, any -> {
            throw new IllegalStateException("planted");
        });

        assertThat(get(append(replica, -1, records("b"))).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldGoOfflineWhenTheLogFails() throws Exception {
        LocalReplica replica = leader(0, 2);
        CompletableFuture<AppendResult> waiting = append(replica, -1, records("a"));
        get(append(replica, 1, records("b")));
        CompletableFuture<LocalReplica> reader = readable(replica, 0);
        replica.log().close();

        assertThat(get(append(replica, 1, records("c"))).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(get(waiting).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(reader).succeedsWithin(Duration.ofSeconds(5));
        assertThat(read(replica, 0).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(get(append(replica, -1, records("d"))).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        starter.expectMessage(new ReplicaFailed(replica.id()));
        // The image may not bring it back.
        change(replica, ledHere(1));
        assertThat(get(append(replica, -1, records("e"))).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void shouldSayThatAReplicaCannotBeOpened() throws Exception {
        PartitionId id = fixture.createTopic("t", List.of(1), Map.of());
        Files.writeString(path.resolve("t-0"), "in the way");
        ActorRef<PartitionReplicaCommand> replica =
                KIT.spawn(PartitionReplica.create(fixture.node, id, 1, starter.ref()));

        starter.expectMessageClass(ReplicaStarted.class);
        starter.expectMessage(new ReplicaFailed(id));
        assertThat(fixture.node.table().get(id)).isNull();
        replica.tell(Close.KEEP_FILES);
        starter.expectMessage(new ReplicaStopped(id, false));
    }

    @Test
    void shouldAnswerEverythingWhenItCloses() throws Exception {
        LocalReplica replica = leader(0, 2);
        CompletableFuture<AppendResult> waiting = append(replica, -1, records("a"));
        CompletableFuture<LocalReplica> reader = readable(replica, 0);

        tell(replica, Close.KEEP_FILES);

        assertThat(get(waiting).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(reader).succeedsWithin(Duration.ofSeconds(5));
        starter.expectMessage(new ReplicaStopped(replica.id(), true));
        assertThat(get(append(replica, 1, records("b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(read(replica, 0).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(fixture.node.table().get(replica.id())).isNull();
        assertThat(path.resolve("t-0")).isDirectory();
    }

    @Test
    void shouldDeleteItsFilesWhenTheTopicIsGone() {
        LocalReplica replica = leader(0);
        get(append(replica, -1, records("a")));

        tell(replica, Close.DELETE_FILES);

        starter.expectMessage(new ReplicaStopped(replica.id(), true));
        assertThat(path.resolve("t-0")).doesNotExist();
    }

    @Test
    void shouldAppendNothingToATopicThatIsDeleted() {
        LocalReplica replica = leader(0, 2);
        CompletableFuture<AppendResult> waiting = append(replica, -1, records("a"));

        fixture.change(image -> image.withoutTopic(replica.id().topicId()));
        tell(replica, MetadataChanged.INSTANCE);

        assertThat(get(waiting).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(get(append(replica, 1, records("b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void shouldLeaveNobodyWaitingWhenItIsStoppedInAnotherWay() {
        LocalReplica replica = leader(0, 2);
        CompletableFuture<AppendResult> waiting = append(replica, -1, records("a"));
        get(append(replica, 1, records("b")));

        KIT.stop(actor(replica));

        assertThat(get(waiting).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(get(append(replica, 1, records("b"))).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        starter.expectMessage(new ReplicaStopped(replica.id(), false));
    }

    @Test
    void shouldTouchNoFileOfAnotherBroker() {
        PartitionId id = fixture.createTopic("t", List.of(1, 2), Map.of());
        ActorRef<PartitionReplicaCommand> replica =
                KIT.spawn(PartitionReplica.create(fixture.node, id, 2, starter.ref()));

        starter.expectTerminated(replica);
        assertThat(path.resolve("t-0")).doesNotExist();
        starter.expectNoMessage(Duration.ZERO);
    }

    @Test
    void shouldContinueFromTheCheckpointedHighWatermark() throws Exception {
        LocalReplica replica = leader(0);
        get(append(replica, -1, records("a", "b", "c")));
        tell(replica, Close.KEEP_FILES);
        starter.expectMessageClass(ReplicaStopped.class);
        assertThat(fixture.node.table().takeHighWatermarks())
                .containsExactly(Map.entry(new TopicPartition("t", 0), 3L));
        fixture.directory.checkpointHighWatermarks(Map.of(new TopicPartition("t", 0), 2L));

        fixture.changePartition(replica.id(), ledHere(1, 2));
        LocalReplica again = startLeader(replica.id());

        // As clients see it, the high watermark is not available before it has passed 3 (KIP-207).
        assertThat(again.leadership().highWatermark()).isEqualTo(2);
        assertThat(again.leadership().epochStartOffset()).isEqualTo(3);
        assertThat(read(again, 3).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldDeleteRecordsUpToTheHighWatermarkOnly() {
        LocalReplica replica = leader(0);
        get(append(replica, -1, records("a", "b", "c")));
        change(replica, ledHere(0, 2));
        get(append(replica, 1, records("d")));

        assertThat(deleteRecords(replica, 4).join().error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(deleteRecords(replica, -2).join().error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(deleteRecords(replica, 1).join()).isEqualTo(new DeleteResult(Errors.NONE, 1));
        assertThat(deleteRecords(replica, 0).join()).isEqualTo(new DeleteResult(Errors.NONE, 1));
        assertThat(deleteRecords(replica, -1).join()).isEqualTo(new DeleteResult(Errors.NONE, 3));
        assertThat(replica.log().logStartOffset()).isEqualTo(3);
    }

    @Test
    void shouldDeleteNoRecordsOfACompactedTopic() {
        LocalReplica replica = leader(Map.of("cleanup.policy", "compact"), 0);

        assertThat(deleteRecords(replica, -1).join().error()).isEqualTo(Errors.POLICY_VIOLATION);
    }

    @Test
    void shouldWakeReadersWhenTheHighWatermarkPasses() {
        LocalReplica replica = leader(0);
        CompletableFuture<LocalReplica> first = readable(replica, 0);
        CompletableFuture<LocalReplica> third = readable(replica, 2);
        CompletableFuture<LocalReplica> cancelled = new CompletableFuture<>();
        replica.onReadable(0, cancelled::complete).run();

        get(append(replica, -1, records("a", "b")));
        assertThat(first).isCompletedWithValue(replica);
        assertThat(third).isNotDone();

        get(append(replica, -1, records("c")));
        assertThat(third).isCompleted();
        assertThat(readable(replica, 2)).as("at once").isCompleted();
        assertThat(cancelled).isNotDone();
        assertThat(((ReplicaHandle) replica).waitingReads()).isZero();
    }

    @Test
    void shouldReadOnlyUpToTheLastStableOffsetWhereCommittedIsAskedFor() throws Exception {
        LocalReplica replica = leader(0);
        get(append(replica, -1, records("a")));
        get(append(
                replica,
                -1,
                MemoryRecords.withTransactionalRecords(
                        Compression.NONE, 9L, (short) 0, 0, new SimpleRecord(1L, "open".getBytes(UTF_8)))));

        ReadResult committed = replica.read(new ReadRequest(1, 100, true, -1, -1, true));
        ReadResult uncommitted = replica.read(new ReadRequest(1, 100, true, -1, -1, false));

        assertThat(committed.lastStableOffset()).isEqualTo(1);
        assertThat(committed.records().sizeInBytes()).isZero();
        assertThat(uncommitted.records().sizeInBytes()).isPositive();
    }
}
