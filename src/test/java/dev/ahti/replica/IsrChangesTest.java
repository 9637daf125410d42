package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.IsrResult;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.PartitionReplicaCommand.IsrAnswered;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules 5, 9, 10 and 11: what a leader proposes, and what it takes for settled. */
class IsrChangesTest {
    private static final IsrMember SELF = new IsrMember(ReplicaFixture.SELF, ReplicaFixture.INCARNATION);
    private static final IsrMember SECOND = new IsrMember(2, Uuid.randomUuid());

    @TempDir
    Path path;

    private final List<List<IsrProposal>> sent = new ArrayList<>();
    private final List<IsrAnswered> answers = new ArrayList<>();
    private final List<Duration> looksAgain = new ArrayList<>();
    private ReplicaFixture fixture;
    private PartitionLog log;
    private HighWatermark highWatermark;
    private InSyncReplicas inSync;
    private IsrChanges changes;
    private PartitionId id;
    private CompletableFuture<AlterPartitionReply> reply;

    @BeforeEach
    void open() throws Exception {
        fixture = new ReplicaFixture(path, ReplicaCluster.ofOneBroker((proposals, timeout) -> {
            sent.add(proposals);
            reply = new CompletableFuture<>();
            return reply;
        }));
        id = fixture.createTopic("t", List.of(1, 2), Map.of());
        log = fixture.directory.open(new TopicPartition("t", 0), id.topicId(), ReplicaFixture.logConfig(Map.of()));
        log.startEpoch(1);
        log.appendAsLeader(ReplicaFixture.records("a", "b"), 1);
        highWatermark = new HighWatermark(1, 0, 2);
        changes = new IsrChanges(fixture.node, log, highWatermark, answers::add, looksAgain::add);
        lead(SELF);
    }

    @AfterEach
    void close() throws Exception {
        fixture.directory.release(log);
        fixture.close();
    }

    private void lead(IsrMember... isr) {
        fixture.changePartition(id, partition -> partition.withLeader(1, 1).withIsr(List.of(isr), List.of()));
        PartitionImage partition = fixture.image.get().partition(id);
        inSync = new InSyncReplicas(1, 0, System.nanoTime());
        inSync.commit(partition.replicas(), partition.isr());
        changes.settle(partition, inSync);
    }

    private void register(IsrMember member, boolean fenced) {
        fixture.change(image -> image.withBroker(new BrokerImage(
                member.broker(),
                member.incarnation(),
                1,
                Uuid.ZERO_UUID,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                fenced,
                false,
                1)));
    }

    private void report(IsrMember member, long logEnd) {
        inSync.report(member, logEnd, log.logEndOffset(), System.nanoTime());
    }

    private IsrProposal only() {
        assertThat(sent).hasSize(1);
        return sent.get(0).get(0);
    }

    /** REQUEST_TIMED_OUT is no answer at all. */
    private void answer(Errors error) {
        CompletableFuture<AlterPartitionReply> answered = reply;
        if (error == Errors.REQUEST_TIMED_OUT) {
            answered.completeExceptionally(new IllegalStateException("planted"));
        } else {
            answered.complete(new AlterPartitionReply(1, 1, Errors.NONE, List.of(new IsrResult(id, error))));
        }
        changes.answered(answers.remove(0));
    }

    private void caughtUp() {
        register(SECOND, false);
        report(SECOND, 2);
        changes.look();
    }

    @Test
    void shouldProposeWhoHasCaughtUp() {
        register(SECOND, false);
        report(SECOND, 0);
        changes.look();
        assertThat(sent).as("below the high watermark").isEmpty();

        report(SECOND, 1);
        changes.look();

        assertThat(only().isr()).containsExactly(SELF, SECOND);
        assertThat(only().partitionEpoch())
                .isEqualTo(fixture.image.get().partition(id).partitionEpoch());
        assertThat(inSync.smallestLogEnd(2)).as("it counts at once").isEqualTo(1);
    }

    @Test
    void shouldNotProposeWhoIsFencedOrAnotherIncarnation() {
        report(SECOND, 2);
        changes.look();
        register(SECOND, true);
        changes.look();
        register(new IsrMember(2, Uuid.randomUuid()), false);
        changes.look();
        assertThat(sent).isEmpty();

        register(SECOND, false);
        changes.look();
        assertThat(only().isr()).containsExactly(SELF, SECOND);
    }

    @Test
    void shouldHaveOneProposalUnderWay() {
        caughtUp();
        changes.look();
        changes.lookAgain();

        assertThat(sent).hasSize(1);
    }

    @Test
    void shouldAskTheSameAgainUntilTheOutcomeIsKnown() {
        caughtUp();
        answer(Errors.REQUEST_TIMED_OUT);
        report(SECOND, 1);
        changes.look();
        assertThat(sent).as("not at once").hasSize(1);
        assertThat(looksAgain).containsExactly(IsrChanges.RETRY);
        assertThat(inSync.smallestLogEnd(2)).as("it may be in the ISR by now").isEqualTo(1);

        changes.lookAgain();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(1)).isEqualTo(sent.get(0));
        answer(Errors.INVALID_UPDATE_VERSION);
        assertThat(inSync.smallestLogEnd(2)).as("the first try has made it").isEqualTo(1);

        lead(SELF, SECOND);
        report(SECOND, 2);
        assertThat(inSync.smallestLogEnd(2)).isEqualTo(2);
    }

    @Test
    void shouldTakeARefusalForGoodAndTryAnewLater() {
        caughtUp();
        report(SECOND, 1);
        answer(Errors.INELIGIBLE_REPLICA);

        assertThat(inSync.smallestLogEnd(2)).isEqualTo(2);
        changes.look();
        assertThat(sent).as("backing off").hasSize(1);
        changes.lookAgain();
        assertThat(sent).hasSize(2);
        assertThat(inSync.smallestLogEnd(2)).isEqualTo(1);
    }

    @Test
    void shouldIgnoreTheAnswerToAProposalThatTheImageHasSettled() {
        caughtUp();
        lead(SELF, SECOND);

        answer(Errors.INELIGIBLE_REPLICA);

        assertThat(looksAgain).isEmpty();
        assertThat(inSync.committed()).containsExactly(SELF, SECOND);
    }
}
