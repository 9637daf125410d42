package dev.ahti.group;

import static dev.ahti.group.HostedGroups.eventually;
import static dev.ahti.group.HostedGroups.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalActors;
import dev.ahti.replica.SlotFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's coordinator over a real log, which one broker keeps. */
class GroupCoordinatorHostTest {
    private static final ActorTestKit KIT = LocalActors.start();

    @TempDir
    Path path;

    private SlotFixture slot;
    private HostedGroups groups;

    @BeforeEach
    void open() throws Exception {
        slot = new SlotFixture(path, KIT.system());
        slot.change(before -> withTopic(before, 3));
        host();
    }

    private void host(String... settings) {
        groups = new HostedGroups(1, slot.image(), slot.client(), slot.replicas(), settings);
    }

    private static ClusterImage withTopic(ClusterImage image, int partitions) {
        Uuid id = new Uuid(5, 5);
        ClusterImage next = image.topic(id) == null ? image.withTopic(TopicImage.empty(id, "t")) : image;
        for (int number = next.topic(id).partitions().size(); number < partitions; number++) {
            next = next.withPartition(PartitionImage.assigned(new PartitionId(id, number), List.of(1)));
        }
        return next;
    }

    @AfterEach
    void close() throws Exception {
        groups.close();
        slot.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void restart() throws Exception {
        groups.close();
        ClusterImage shown = slot.image().get();
        slot.close();
        slot = new SlotFixture(path, KIT.system(), shown);
        host();
    }

    /** @return the member's id; it has generation 1 */
    private String joined() throws Exception {
        eventually(() -> get(groups.join("")).errorCode() == Errors.MEMBER_ID_REQUIRED.code());
        String member = get(groups.join("")).memberId();
        JoinGroupResponseData joined = get(groups.join(member));
        assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.NONE);
        return member;
    }

    @Test
    void whoeverDoesNotLeadTheSlotIsNotItsCoordinator() throws Exception {
        assertThat(groups.fetch()).isEqualTo("NOT_COORDINATOR");
        assertThat(get(groups.commit(1))).isEqualTo(Errors.NOT_COORDINATOR);
    }

    @Test
    void aClassicGroupJoinsSyncsBeatsCommitsAndFetches() throws Exception {
        slot.lead(0);
        String member = joined();

        SyncGroupResponseData synced = get(groups.sync(member, 1, "everything"));

        assertThat(new String(synced.assignment(), StandardCharsets.UTF_8)).isEqualTo("everything");
        assertThat(groups.heartbeat(member, 1)).isEqualTo(Errors.NONE);
        assertThat(groups.heartbeat(member, 9)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(get(groups.commit(member, 1, 42))).isEqualTo(Errors.NONE);
        assertThat(groups.fetch()).isEqualTo("42");
    }

    @Test
    void aConsumerGroupIsAssignedTheTopicsPartitionsAlsoThoseThatAreAdded() throws Exception {
        slot.lead(0);
        String member = Uuid.randomUuid().toString();
        eventually(() -> groups.consumerHeartbeat(member, 0).errorCode() == 0);

        eventually(() -> assigned(groups.consumerHeartbeat(member, 0)) == 3);
        slot.change(before -> withTopic(before, 5));
        eventually(() -> assigned(groups.consumerHeartbeat(member, 0)) == 5);
    }

    private static int assigned(ConsumerGroupHeartbeatResponseData answer) {
        return answer.assignment() == null
                ? -1
                : answer.assignment().topicPartitions().stream()
                        .mapToInt(topic -> topic.partitions().size())
                        .sum();
    }

    /** Offset 1 is committed, and 2 is in the log but not replicated. */
    private CompletableFuture<Errors> secondCommitThatThisBrokerAloneHas() throws Exception {
        slot.lead(0);
        groups.awaitCommitted(1);
        long end = slot.replica().log().logEndOffset();
        slot.lead(0, 2);
        CompletableFuture<Errors> commit = groups.commit(2);
        eventually(() -> slot.replica().log().logEndOffset() > end);
        return commit;
    }

    @Test
    void nothingIsCommittedBeforeTheHighWatermarkHasPassedIt() throws Exception {
        CompletableFuture<Errors> commit = secondCommitThatThisBrokerAloneHas();

        // The log has it, this broker alone: what asks after it is answered, and with what is safe.
        assertThat(groups.fetch()).isEqualTo("1");
        assertThat(commit).isNotDone();
        slot.leadAlone();
        assertThat(get(commit)).isEqualTo(Errors.NONE);
        assertThat(groups.fetch()).isEqualTo("2");
    }

    @Test
    void aSlotIsNotServedBeforeAllOfItIsReplicated() throws Exception {
        CompletableFuture<Errors> commit = secondCommitThatThisBrokerAloneHas();

        slot.lead(1, 2);

        // Its predecessor may have told somebody of what is above the high watermark.
        eventually(() -> groups.fetch().equals("COORDINATOR_LOAD_IN_PROGRESS"));
        assertThat(get(commit)).isEqualTo(Errors.NOT_COORDINATOR);
        slot.leadAlone();
        groups.awaitFetched(2);
    }

    @Test
    void whoWaitsForALoadingSlotNeedNotAskTwice() throws Exception {
        secondCommitThatThisBrokerAloneHas();
        slot.lead(1, 2);
        eventually(() -> groups.fetch().equals("COORDINATOR_LOAD_IN_PROGRESS"));

        CompletableFuture<Void> loaded = groups.host().loaded(HostedGroups.GROUP);
        assertThat(loaded).isNotDone();
        slot.leadAlone();
        get(loaded);

        assertThat(groups.fetch()).isEqualTo("2");
        assertThat(groups.host().loaded(HostedGroups.GROUP)).isDone();
    }

    @Test
    void whoWaitsForALoadingSlotWaitsNoLongerThanASecond() throws Exception {
        secondCommitThatThisBrokerAloneHas();
        slot.lead(1, 2);

        get(groups.host().loaded(HostedGroups.GROUP));

        assertThat(groups.fetch()).isEqualTo("COORDINATOR_LOAD_IN_PROGRESS");
    }

    @Test
    void whoWaitsForASlotThatMovesAwayIsLetGo() throws Exception {
        secondCommitThatThisBrokerAloneHas();
        slot.lead(1, 2);
        eventually(() -> groups.fetch().equals("COORDINATOR_LOAD_IN_PROGRESS"));
        CompletableFuture<Void> loaded = groups.host().loaded(HostedGroups.GROUP);

        slot.follow(2, 2);
        get(loaded);

        assertThat(groups.fetch()).isEqualTo("NOT_COORDINATOR");
        assertThat(groups.host().loaded(HostedGroups.GROUP)).as("another's").isDone();
    }

    @Test
    void aRestartLoadsWhatWasCommittedAndTheMembers() throws Exception {
        slot.lead(0);
        String member = joined();
        get(groups.sync(member, 1, "everything"));
        get(groups.commit(member, 1, 42));

        restart();
        slot.lead(1);

        groups.awaitFetched(42);
        assertThat(groups.heartbeat(member, 1)).isEqualTo(Errors.NONE);
        assertThat(get(groups.commit(member, 1, 43))).isEqualTo(Errors.NONE);
        assertThat(groups.fetch()).isEqualTo("43");
    }

    @Test
    void whoeverLosesTheLeadershipResignsAndLoadsAgainWhenItReturns() throws Exception {
        slot.lead(0);
        groups.awaitCommitted(7);

        slot.follow(2, 1);
        eventually(() -> groups.fetch().equals("NOT_COORDINATOR"));

        slot.lead(2);
        groups.awaitFetched(7);
        groups.awaitCommitted(8);
    }

    @Test
    void whatWaitsForTheHighWatermarkWhenTheLeadershipIsLostIsNotCommitted() throws Exception {
        slot.lead(0, 2);
        eventually(() -> !groups.fetch().contains("COORDINATOR"));
        CompletableFuture<Errors> commit = groups.commit(2);
        eventually(() -> slot.replica().log().logEndOffset() > 0);

        slot.follow(2, 1);

        assertThat(get(commit)).isEqualTo(Errors.NOT_COORDINATOR);
    }

    @Test
    void anAppendThatFailsIsNotCommittedAndTheSlotStartsAgainFromItsLog() throws Exception {
        slot.lead(0);
        groups.awaitCommitted(7);
        long end = slot.replica().log().logEndOffset();

        slot.seesMajority(false);
        assertThat(get(groups.commit(8))).isEqualTo(Errors.NOT_COORDINATOR);
        slot.seesMajority(true);

        groups.awaitFetched(7);
        groups.awaitCommitted(9);
        assertThat(groups.fetch()).isEqualTo("9");
        assertThat(slot.replica().log().logEndOffset()).isEqualTo(end + 1);
    }

    @Test
    void whoeverMayBeCutOffAnswersNothing() throws Exception {
        slot.lead(0);
        groups.awaitCommitted(7);

        groups.seesMajority = false;
        assertThat(groups.fetch()).isEqualTo("NOT_COORDINATOR");
        assertThatThrownBy(() -> get(groups.commit(8))).hasRootCauseInstanceOf(NotCoordinatorException.class);

        groups.seesMajority = true;
        assertThat(groups.fetch()).isEqualTo("7");
    }

    @Test
    void whoeverIsCutOffBeforeItAnswersDoesNotAnswer() throws Exception {
        slot.lead(0, 2);
        eventually(() -> !groups.fetch().contains("COORDINATOR"));
        CompletableFuture<Errors> commit = groups.commit(8);
        eventually(() -> slot.replica().log().logEndOffset() > 0);

        groups.seesMajority = false;
        slot.leadAlone();

        assertThatThrownBy(() -> get(commit)).hasRootCauseInstanceOf(NotCoordinatorException.class);
    }

    @Test
    void offsetsExpireOnceTheirGroupIsEmpty() throws Exception {
        groups.close();
        host("offsets.retention.minutes", "1", "offsets.retention.check.interval.ms", "100");
        slot.lead(0);
        eventually(() -> get(groups.commitThatExpires(7)) == Errors.NONE);

        groups.awaitFetched(-1);
    }

    @Test
    void theConfigsOfAGroupFollowTheImage() throws Exception {
        slot.lead(0);
        String member = Uuid.randomUuid().toString();
        eventually(() -> groups.consumerHeartbeat(member, 0).heartbeatIntervalMs() == 5000);

        slot.change(before -> before.withConfig(
                new ConfigResource(ConfigResource.Type.GROUP, HostedGroups.GROUP),
                "consumer.heartbeat.interval.ms",
                "6000"));

        eventually(() -> groups.consumerHeartbeat(member, 0).heartbeatIntervalMs() == 6000);
    }

    @Test
    void theOffsetsOfADeletedTopicAreGone() throws Exception {
        slot.lead(0);
        groups.awaitCommitted(7);
        groups.awaitFetched(7);

        slot.change(before -> before.withoutTopic(new Uuid(5, 5)));

        groups.awaitFetched(-1);
    }
}
