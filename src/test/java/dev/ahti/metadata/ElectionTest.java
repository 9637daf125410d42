package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.event.SetConfig;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.UnfenceBroker;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class ElectionTest {
    private static final Uuid TOPIC = new Uuid(3, 3);
    private static final PartitionId P = new PartitionId(TOPIC, 0);

    private final Election election = new Election(new TopicSettings(MetadataNode.settings(1000)));

    /** Three live brokers, leader 1, everybody in sync. */
    private static ClusterImage image(int minInSync, Integer... replicas) {
        int[] isr = List.of(replicas).stream().mapToInt(i -> i).toArray();
        return Images.apply(
                Images.live(3),
                new CreateTopic(TOPIC, "t"),
                new SetConfig(ConfigResource.Type.TOPIC, "t", "min.insync.replicas", String.valueOf(minInSync)),
                new AssignPartition(P, List.of(replicas)),
                new SetPartitionLeader(P, replicas[0], 0),
                new UpdateISR(P, Images.members(isr), List.of()));
    }

    private ClusterImage fence(ClusterImage image, int broker) {
        Draft draft = new Draft(image);
        draft.add(new FenceBroker(broker, image.brokers().get(broker).incarnation()));
        election.brokerLeaves(draft, broker);
        return draft.image();
    }

    private ClusterImage unfence(ClusterImage image, int broker) {
        Draft draft = new Draft(image);
        draft.add(new UnfenceBroker(broker, image.brokers().get(broker).incarnation()));
        election.brokerReturns(draft, broker);
        return draft.image();
    }

    @Test
    void aLostLeaderIsFollowedByTheNextLiveInSyncReplicaUnderAHigherEpoch() {
        PartitionImage after = fence(image(1, 1, 2, 3), 1).partition(P);

        assertThat(after.leader()).isEqualTo(2);
        assertThat(after.leaderEpoch()).isEqualTo(1);
        assertThat(after.isr()).isEqualTo(Images.members(2, 3));
        assertThat(after.elr()).isEmpty();
    }

    @Test
    void aLostFollowerLeavesTheIsrWithoutAChangeOfLeaderEpoch() {
        PartitionImage after = fence(image(1, 1, 2, 3), 3).partition(P);

        assertThat(after.leader()).isEqualTo(1);
        assertThat(after.leaderEpoch()).isZero();
        assertThat(after.isr()).isEqualTo(Images.members(1, 2));
    }

    @Test
    void whoLeavesAnIsrBelowItsMinimumStaysEligible() {
        PartitionImage after = fence(image(3, 1, 2, 3), 3).partition(P);

        assertThat(after.elr()).containsExactly(3);
    }

    @Test
    void theLastMemberLeavesTooAndLeadsAgainAloneWhenItReturns() {
        ClusterImage gone = fence(image(1, 1), 1);

        assertThat(gone.partition(P).leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(gone.partition(P).isr()).isEmpty();
        assertThat(gone.partition(P).elr()).containsExactly(1);
        assertThat(gone.partition(P).lastKnownLeader()).isEqualTo(1);

        PartitionImage back = unfence(gone, 1).partition(P);

        assertThat(back.leader()).isEqualTo(1);
        assertThat(back.isr()).isEqualTo(Images.members(1));
        assertThat(back.elr()).isEmpty();
        assertThat(back.leaderEpoch()).isEqualTo(2);
    }

    @Test
    void aReplicaThatIsNotEligibleDoesNotLeadAlthoughItIsTheOnlyOneAlive() {
        ClusterImage image = Images.apply(image(1, 1, 2), new UpdateISR(P, Images.members(1), List.of()));

        ClusterImage after = unfence(fence(fence(image, 1), 2), 2);

        assertThat(after.partition(P).leader()).isEqualTo(PartitionImage.NO_LEADER);
    }

    @Test
    void uncleanElectionIsForTopicsThatAllowIt() {
        ClusterImage image = Images.apply(
                image(1, 1, 2),
                new UpdateISR(P, Images.members(1), List.of()),
                new SetConfig(ConfigResource.Type.TOPIC, "t", "unclean.leader.election.enable", "true"));

        PartitionImage after = fence(image, 1).partition(P);

        assertThat(after.leader()).isEqualTo(2);
        assertThat(after.isr()).isEqualTo(Images.members(2));
    }

    @Test
    void afterAnUncleanRestartTheLastKnownLeaderMayLead() {
        Draft draft = new Draft(fence(image(1, 1), 1));
        election.brokerLostItsTail(draft, 1, false);

        assertThat(draft.image().partition(P).elr()).isEmpty();
        assertThat(unfence(draft.image(), 1).partition(P).leader()).isEqualTo(1);
    }

    @Test
    void fromANewDirectoryNotEvenTheLastKnownLeaderLeads() {
        Draft draft = new Draft(fence(image(1, 1), 1));
        election.brokerLostItsTail(draft, 1, true);

        assertThat(draft.image().partition(P).lastKnownLeader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(unfence(draft.image(), 1).partition(P).leader()).isEqualTo(PartitionImage.NO_LEADER);
    }

    @Test
    void everyEventOfAPartitionRaisesItsEpoch() {
        ClusterImage before = image(1, 1, 2, 3);
        ClusterImage after = fence(before, 1);

        assertThat(after.partition(P).partitionEpoch())
                .isEqualTo(before.partition(P).partitionEpoch() + 2);
    }
}
