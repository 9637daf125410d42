package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.MetadataClient.ElectionResult;
import dev.ahti.metadata.MetadataClient.NamedPartition;
import dev.ahti.metadata.MetadataCommand.ElectLeaders;
import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.ShutDownBroker;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class LeaderDecisionsTest {
    private static final Uuid TOPIC = new Uuid(3, 3);
    private static final PartitionId P = new PartitionId(TOPIC, 0);

    private final LeaderDecisions decisions =
            new LeaderDecisions(new Election(new TopicSettings(MetadataNode.settings(1000))));

    /** Replicas 1 to 3, led by this one, with this ISR. */
    private static ClusterImage image(int leader, int... isr) {
        return Images.apply(
                Images.live(3),
                new CreateTopic(TOPIC, "t"),
                new AssignPartition(P, List.of(1, 2, 3)),
                new SetPartitionLeader(P, leader, 4),
                new UpdateISR(P, Images.members(isr), List.of()));
    }

    private Decision decide(ClusterImage image, ElectionType type, NamedPartition... partitions) {
        return decisions.electLeaders(image, new ElectLeaders(type, List.of(partitions), null));
    }

    private Decision decide(ClusterImage image, ElectionType type) {
        return decide(image, type, new NamedPartition("t", 0));
    }

    private ElectionResult answer(ClusterImage image, ElectionType type, NamedPartition partition) {
        return Images.answer(
                        MetadataReply.ElectionReply.class,
                        replyTo -> decisions.electLeaders(image, new ElectLeaders(type, List.of(partition), replyTo)))
                .results()
                .get(0);
    }

    private Errors error(ClusterImage image, ElectionType type) {
        return answer(image, type, new NamedPartition("t", 0)).error();
    }

    @Test
    void thePreferredLeaderLeadsUnderAHigherEpochIfItIsInSync() {
        ClusterImage before = image(2, 1, 2, 3);
        PartitionImage after =
                Images.apply(before, decide(before, ElectionType.PREFERRED)).partition(P);

        assertThat(after.leader()).isEqualTo(1);
        assertThat(after.leaderEpoch()).isEqualTo(5);
        assertThat(after.isr()).isEqualTo(before.partition(P).isr());
        assertThat(error(before, ElectionType.PREFERRED)).isEqualTo(Errors.NONE);
    }

    @Test
    void aPreferredLeaderThatIsNotInSyncOrNotLiveDoesNotLead() {
        ClusterImage notInSync = image(2, 2, 3);
        ClusterImage goingAway = Images.apply(image(2, 1, 2, 3), new ShutDownBroker(1, Images.incarnation(1)));

        assertThat(error(notInSync, ElectionType.PREFERRED)).isEqualTo(Errors.PREFERRED_LEADER_NOT_AVAILABLE);
        assertThat(error(goingAway, ElectionType.PREFERRED)).isEqualTo(Errors.PREFERRED_LEADER_NOT_AVAILABLE);
        assertThat(decide(notInSync, ElectionType.PREFERRED).events()).isEmpty();
        assertThat(decide(goingAway, ElectionType.PREFERRED).events()).isEmpty();
    }

    @Test
    void whatIsAsItShouldBeNeedsNoElection() {
        assertThat(error(image(1, 1, 2, 3), ElectionType.PREFERRED)).isEqualTo(Errors.ELECTION_NOT_NEEDED);
        assertThat(error(image(2, 1, 2, 3), ElectionType.UNCLEAN)).isEqualTo(Errors.ELECTION_NOT_NEEDED);
    }

    @Test
    void anUncleanElectionTakesAnybodyWhoIsAliveWhateverTheTopicSays() {
        ClusterImage before = Images.apply(
                image(-1), new UpdateISR(P, List.of(), List.of(1)), new FenceBroker(1, Images.incarnation(1)));
        PartitionImage after =
                Images.apply(before, decide(before, ElectionType.UNCLEAN)).partition(P);

        assertThat(after.leader()).isEqualTo(2);
        assertThat(after.isr()).isEqualTo(Images.members(2));
        assertThat(after.leaderEpoch()).isEqualTo(5);
    }

    @Test
    void withoutALiveReplicaNobodyIsElected() {
        ClusterImage before = Images.apply(
                image(-1),
                new FenceBroker(1, Images.incarnation(1)),
                new FenceBroker(2, Images.incarnation(2)),
                new FenceBroker(3, Images.incarnation(3)));

        assertThat(error(before, ElectionType.UNCLEAN)).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }

    @Test
    void whatDoesNotExistIsSaidInKafkasWords() {
        ElectionResult topic = answer(image(1, 1), ElectionType.PREFERRED, new NamedPartition("no", 0));
        ElectionResult partition = answer(image(1, 1), ElectionType.PREFERRED, new NamedPartition("t", 9));

        assertThat(topic.error()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(topic.message()).isEqualTo("No such topic as no");
        assertThat(partition.error()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(partition.message()).isEqualTo("No such partition as t-9");
    }

    @Test
    void rebalancingMovesAThousandAtATimeUntilNoneIsLeft() {
        List<MetadataEvent> many = new ArrayList<>();
        many.add(new CreateTopic(TOPIC, "t"));
        for (int number = 0; number < 1500; number++) {
            PartitionId id = new PartitionId(TOPIC, number);
            many.add(new AssignPartition(id, List.of(1, 2)));
            many.add(new SetPartitionLeader(id, 2, 0));
            many.add(new UpdateISR(id, Images.members(1, 2), List.of()));
        }
        ClusterImage before = Images.apply(Images.live(2), many.toArray(MetadataEvent[]::new));
        Decision first = decisions.rebalanceLeaders(before);
        ClusterImage between = Images.apply(before, first);
        Decision second = decisions.rebalanceLeaders(between);

        assertThat(first.events()).hasSize(1000);
        assertThat(second.events()).hasSize(500);
        assertThat(decisions.rebalanceLeaders(Images.apply(between, second)).events())
                .isEmpty();
    }
}
