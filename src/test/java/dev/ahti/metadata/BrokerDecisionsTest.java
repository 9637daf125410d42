package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.MetadataCommand.BrokerReady;
import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataCommand.BrokerRequest;
import dev.ahti.metadata.MetadataCommand.ControlledShutdown;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.RemoveBroker;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.SetConfig;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/** Rules 2, 5, 8, 18 and 19 for whole brokers: each request is one decision, so one persist. */
class BrokerDecisionsTest {
    private static final Uuid TOPIC = new Uuid(3, 3);
    private static final PartitionId LED_BY_1 = new PartitionId(TOPIC, 0);
    private static final PartitionId LED_BY_2 = new PartitionId(TOPIC, 1);
    private static final PartitionId ONLY_1 = new PartitionId(TOPIC, 2);

    private final BrokerDecisions decisions =
            new BrokerDecisions(new Election(new TopicSettings(MetadataNode.settings(1000))));

    /** Three live brokers and three partitions, of which the last has no other replica than broker 1. */
    private static ClusterImage image(int minInSync) {
        return Images.apply(
                Images.live(3),
                new CreateTopic(TOPIC, "t"),
                new SetConfig(ConfigResource.Type.TOPIC, "t", "min.insync.replicas", String.valueOf(minInSync)),
                new AssignPartition(LED_BY_1, List.of(1, 2, 3)),
                new SetPartitionLeader(LED_BY_1, 1, 0),
                new UpdateISR(LED_BY_1, Images.members(1, 2, 3), List.of()),
                new AssignPartition(LED_BY_2, List.of(2, 1)),
                new SetPartitionLeader(LED_BY_2, 2, 0),
                new UpdateISR(LED_BY_2, Images.members(2, 1), List.of()),
                new AssignPartition(ONLY_1, List.of(1)),
                new SetPartitionLeader(ONLY_1, 1, 0),
                new UpdateISR(ONLY_1, Images.members(1), List.of()));
    }

    private ClusterImage after(ClusterImage image, BrokerRequest request) {
        return Images.apply(image, decisions.decide(image, request));
    }

    private Done answer(ClusterImage image, Function<ActorRef<Done>, BrokerRequest> request) {
        return Images.answer(Done.class, replyTo -> decisions.decide(image, request.apply(replyTo)));
    }

    private static DeclareDead dead(int broker) {
        return new DeclareDead(broker, Images.incarnation(broker), "test", null);
    }

    private static BrokerRegistration registration(Uuid incarnation, Uuid directory, boolean intact) {
        return registration(1, incarnation, directory, intact);
    }

    private static BrokerRegistration registration(int broker, Uuid incarnation, Uuid directory, boolean intact) {
        return new BrokerRegistration(
                broker,
                incarnation,
                directory,
                "",
                List.of(),
                Optional.empty(),
                Optional.empty(),
                1,
                intact,
                null,
                null);
    }

    private static Uuid directory(ClusterImage image) {
        return image.brokers().get(1).directoryId();
    }

    @Test
    void fencingTakesEveryLeadershipAndIsrPlaceInOneDecision() {
        ClusterImage after = after(image(1), dead(1));

        PartitionImage led = after.partition(LED_BY_1);
        assertThat(led.leader()).isEqualTo(2);
        assertThat(led.leaderEpoch()).isEqualTo(1);
        assertThat(led.isr()).isEqualTo(Images.members(2, 3));
        assertThat(led.elr()).isEmpty();
        PartitionImage followed = after.partition(LED_BY_2);
        assertThat(followed.leader()).isEqualTo(2);
        assertThat(followed.leaderEpoch()).isZero();
        assertThat(followed.isr()).isEqualTo(Images.members(2));
        PartitionImage only = after.partition(ONLY_1);
        assertThat(only.leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(only.isr()).isEmpty();
        assertThat(only.elr()).containsExactly(1);
        assertThat(after.isLive(1)).isFalse();
    }

    @Test
    void whereTheIsrFallsBelowTheMinimumWhoLeavesStaysEligibleAndIsNotCountedInSync() {
        ClusterImage after = after(image(2), dead(1));

        assertThat(after.partition(LED_BY_2).isr()).isEqualTo(Images.members(2));
        assertThat(after.partition(LED_BY_2).elr()).containsExactly(1);
        assertThat(after.partition(LED_BY_1).elr()).isEmpty();
    }

    @Test
    void anElectionFromTheElrMakesTheIsrExactlyTheNewLeaderInItsNewIncarnation() {
        ClusterImage bothGone = after(after(image(2), dead(1)), dead(2));
        assertThat(bothGone.partition(LED_BY_2).leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(bothGone.partition(LED_BY_2).elr()).containsExactlyInAnyOrder(1, 2);

        Uuid again = new Uuid(70, 1);
        ClusterImage back =
                after(after(bothGone, registration(again, directory(bothGone), true)), new BrokerReady(1, again, null));

        PartitionImage partition = back.partition(LED_BY_2);
        assertThat(partition.leader()).isEqualTo(1);
        assertThat(partition.isr()).containsExactly(new dev.ahti.metadata.image.IsrMember(1, again));
        assertThat(partition.elr()).containsExactly(2);
        assertThat(partition.leaderEpoch()).isEqualTo(2);
    }

    @Test
    void aNewIncarnationIsFencedInTheSameDecisionAndLeadsNothingOnTheStrengthOfTheOldOne() {
        Uuid again = new Uuid(70, 1);
        ClusterImage before = image(1);
        ClusterImage after = after(before, registration(again, directory(before), true));

        assertThat(after.brokers().get(1).incarnation()).isEqualTo(again);
        assertThat(after.brokers().get(1).fenced()).isTrue();
        assertThat(after.topic(TOPIC).partitions())
                .allSatisfy(each -> assertThat(each.isrBrokers()).doesNotContain(1))
                .allSatisfy(each -> assertThat(each.leader()).isNotEqualTo(1));
        PartitionImage only = after(after, new BrokerReady(1, again, null)).partition(ONLY_1);
        assertThat(only.leader()).isEqualTo(1);
        assertThat(only.leaderEpoch()).isGreaterThan(before.partition(ONLY_1).leaderEpoch());
    }

    @Test
    void anUncleanRestartLeavesTheElrBeforeAnyElectionAndOnlyTheLastKnownLeaderMayThenLead() {
        ClusterImage bothGone = after(after(image(2), dead(1)), dead(2));
        Uuid again = new Uuid(70, 1);
        ClusterImage back = after(
                after(bothGone, registration(again, directory(bothGone), false)), new BrokerReady(1, again, null));

        // Broker 2, which led last, is still eligible: it is waited for.
        assertThat(back.partition(LED_BY_2).leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(back.partition(LED_BY_2).elr()).containsExactly(2);
        // Nobody else ever held this one.
        assertThat(back.partition(ONLY_1).leader()).isEqualTo(1);
        assertThat(back.partition(ONLY_1).elr()).isEmpty();
    }

    @Test
    void theLastKnownLeaderDoesNotLeadAfterAnUncleanRestartWhileAnotherIsEligible() {
        ClusterImage bothGone = after(after(image(2), dead(1)), dead(2));
        assertThat(bothGone.partition(LED_BY_2).lastKnownLeader()).isEqualTo(2);
        Uuid again = new Uuid(70, 2);
        Uuid directory = bothGone.brokers().get(2).directoryId();
        ClusterImage back =
                after(after(bothGone, registration(2, again, directory, false)), new BrokerReady(2, again, null));

        assertThat(back.partition(LED_BY_2).leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(back.partition(LED_BY_2).elr()).containsExactly(1);
    }

    @Test
    void fromANewDirectoryNothingIsLedThatTheOldOneHeld() {
        ClusterImage gone = after(image(1), dead(1));
        Uuid again = new Uuid(70, 1);
        ClusterImage back =
                after(after(gone, registration(again, new Uuid(50, 50), true)), new BrokerReady(1, again, null));

        assertThat(back.partition(ONLY_1).leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(back.partition(ONLY_1).elr()).isEmpty();
        assertThat(back.partition(LED_BY_1).leader()).isEqualTo(2);
    }

    @Test
    void aControlledShutdownMovesEverythingAwayInOneDecisionAndKeepsTheBrokerEligibleForWhatOnlyItHas() {
        ClusterImage after = after(image(2), new ControlledShutdown(1, Images.incarnation(1), null));

        assertThat(after.brokers().get(1).shuttingDown()).isTrue();
        assertThat(after.partition(LED_BY_1).leader()).isEqualTo(2);
        assertThat(after.partition(LED_BY_1).leaderEpoch()).isEqualTo(1);
        assertThat(after.topic(TOPIC).partitions())
                .allSatisfy(each -> assertThat(each.isrBrokers()).doesNotContain(1));
        assertThat(after.partition(LED_BY_2).elr()).containsExactly(1);
        assertThat(after.partition(ONLY_1).elr()).containsExactly(1);
    }

    @Test
    void whenAllShutDownOneAfterAnotherTheLastOfThemLeadsAgain() {
        ClusterImage image = image(1);
        for (int broker = 1; broker <= 3; broker++) {
            image = after(image, new ControlledShutdown(broker, Images.incarnation(broker), null));
        }
        assertThat(image.partition(LED_BY_1).leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(image.partition(LED_BY_1).elr()).containsExactly(3);

        Uuid again = new Uuid(70, 1);
        ClusterImage back =
                after(after(image, registration(again, directory(image), true)), new BrokerReady(1, again, null));

        assertThat(back.partition(LED_BY_1).leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(back.partition(ONLY_1).leader()).isEqualTo(1);
    }

    @Test
    void saidOfAnEarlierIncarnationNothingHappens() {
        ClusterImage image = image(1);
        Done answer = answer(image, replyTo -> new DeclareDead(1, new Uuid(70, 1), "test", replyTo));

        assertThat(answer.error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
        assertThat(decisions
                        .decide(image, new ControlledShutdown(1, new Uuid(70, 1), null))
                        .events())
                .isEmpty();
    }

    @Test
    void aBrokerIsForgottenOnlyWhenItIsGoneAndNothingWaitsForIt() {
        ClusterImage image = image(2);
        ClusterImage gone = after(image, dead(3));
        ClusterImage needed = after(image, dead(1));

        assertThat(answer(image, replyTo -> new RemoveBroker(9, replyTo)).message())
                .isEqualTo("Broker ID 9 is not currently registered");
        assertThat(answer(image, replyTo -> new RemoveBroker(3, replyTo)).error())
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(answer(needed, replyTo -> new RemoveBroker(1, replyTo)).message())
                .contains("holds the last records of t-2");
        assertThat(after(gone, new RemoveBroker(3, null)).brokers()).doesNotContainKey(3);
    }

    @Test
    void aDirectoryThatComesUnderAForgottenIdIsNotTakenForTheOneBefore() {
        ClusterImage oneLeft = after(after(image(3), dead(3)), dead(2));
        assertThat(oneLeft.partition(LED_BY_1).elr()).containsExactlyInAnyOrder(2, 3);

        ClusterImage forgotten = after(oneLeft, new RemoveBroker(3, null));

        assertThat(forgotten.partition(LED_BY_1).elr()).containsExactly(2);
    }
}
