package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.image.IsrMember;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Rules 5, 10 and 11. */
class InSyncReplicasTest {
    private static final List<Integer> REPLICAS = List.of(1, 2, 3);
    private static final long LAG_MAX = 1000;
    private final InSyncReplicas inSync = new InSyncReplicas(1, 100, 0);

    private static IsrMember member(int broker) {
        return new IsrMember(broker, new Uuid(7, broker));
    }

    private static List<IsrMember> members(int... brokers) {
        return Arrays.stream(brokers).mapToObj(InSyncReplicasTest::member).toList();
    }

    private void report(int follower, long logEnd) {
        inSync.report(member(follower), logEnd, 120, 0);
    }

    @Test
    void shouldBeAsFarAsTheSlowestOfTheCommittedIsr() {
        inSync.commit(REPLICAS, members(1, 2, 3));
        report(2, 110);
        report(3, 105);

        assertThat(inSync.smallestLogEnd(120)).isEqualTo(105);
        assertThat(inSync.smallestLogEnd(101)).isEqualTo(101);
    }

    @Test
    void shouldCountNoFollowerThatHasNotReportedInThisEpoch() {
        inSync.commit(REPLICAS, members(1, 2));

        assertThat(inSync.smallestLogEnd(120)).isNegative();
    }

    @Test
    void shouldCountNothingThatAnotherIncarnationReports() {
        inSync.commit(REPLICAS, members(1, 2));
        report(2, 120);
        inSync.report(new IsrMember(2, new Uuid(8, 2)), 120, 120, 0);

        assertThat(inSync.smallestLogEnd(120)).isNegative();
        assertThat(inSync.outsider(2)).isEqualTo(new IsrMember(2, new Uuid(8, 2)));
    }

    @Test
    void shouldNotWaitForReplicasOutsideTheIsr() {
        inSync.commit(REPLICAS, members(1, 2));
        report(2, 110);
        report(3, 50);

        assertThat(inSync.smallestLogEnd(120)).isEqualTo(110);
    }

    @Test
    void shouldWaitForAProposedMemberUntilTheOutcomeIsKnown() {
        inSync.commit(REPLICAS, members(1, 2));
        report(2, 120);
        report(3, 110);

        inSync.propose(members(1, 2, 3));
        assertThat(inSync.smallestLogEnd(120)).isEqualTo(110);

        inSync.commit(REPLICAS, members(1, 2));
        assertThat(inSync.smallestLogEnd(120)).isEqualTo(120);
    }

    @Test
    void shouldWaitForACommittedMemberWhoseRemovalIsOnlyProposed() {
        inSync.commit(REPLICAS, members(1, 2));
        report(2, 110);

        inSync.propose(members(1));
        assertThat(inSync.smallestLogEnd(120)).isEqualTo(110);
    }

    @Test
    void shouldWaitForAProposedMemberThoughTheLeaderIsAlone() {
        inSync.commit(REPLICAS, members(1));
        report(2, 110);

        inSync.propose(members(1, 2));
        assertThat(inSync.smallestLogEnd(120)).isEqualTo(110);

        inSync.withdraw();
        assertThat(inSync.smallestLogEnd(120)).isEqualTo(120);
    }

    @Test
    void shouldCountTheCommittedIsrAloneForTheMinimum() {
        inSync.commit(REPLICAS, members(1));
        inSync.propose(members(1, 2));

        assertThat(inSync.isEnough(1)).isTrue();
        assertThat(inSync.isEnough(2)).isFalse();
    }

    @Test
    void shouldNotAskForMoreInSyncReplicasThanThereAreReplicas() {
        inSync.commit(List.of(1), members(1));

        assertThat(inSync.isEnough(2)).isTrue();
    }

    @Test
    void shouldLetAFollowerJoinOnlyWithTheEpochsStartAndWhatIsAcknowledged() {
        inSync.commit(REPLICAS, members(1));
        assertThat(inSync.mayJoin(member(2), 90)).as("not reported").isFalse();

        report(2, 99);
        assertThat(inSync.mayJoin(member(2), 90)).as("below the epoch's start").isFalse();

        report(2, 100);
        assertThat(inSync.mayJoin(member(2), 90)).isTrue();
        assertThat(inSync.mayJoin(member(2), 101))
                .as("below the high watermark")
                .isFalse();
    }

    @Test
    void shouldIgnoreBrokersThatAreNoReplicas() {
        inSync.commit(REPLICAS, members(1));
        report(4, 200);

        assertThat(inSync.mayJoin(member(4), 100)).isFalse();
    }

    @Test
    void shouldForgetAReplicaThatWasTakenAwayAndGivenBack() {
        inSync.commit(REPLICAS, members(1));
        report(2, 150);
        inSync.commit(List.of(1, 3), members(1));
        inSync.commit(REPLICAS, members(1));

        assertThat(inSync.mayJoin(member(2), 100)).isFalse();
    }

    @Test
    void shouldGiveAFollowerTheTimeToCatchUp() {
        inSync.commit(REPLICAS, members(1, 2));
        inSync.report(member(2), 100, 120, 0);

        assertThat(inSync.isLagging(member(2), 120, LAG_MAX, LAG_MAX)).isFalse();
        assertThat(inSync.isLagging(member(2), 120, LAG_MAX + 1, LAG_MAX)).isTrue();
        assertThat(inSync.isLagging(member(3), 120, LAG_MAX + 1, LAG_MAX))
                .as("never reported")
                .isTrue();
    }

    @Test
    void shouldNotCallAFollowerSlowThatIsAlwaysALittleBehind() {
        inSync.commit(REPLICAS, members(1, 2));
        for (int now = 0; now < 20; now++) {
            // What the leader had one report ago.
            inSync.report(member(2), 100 + 10L * now, 110 + 10L * now, now * LAG_MAX / 2);
        }

        assertThat(inSync.isLagging(member(2), 400, 10 * LAG_MAX, LAG_MAX)).isFalse();
        assertThat(inSync.isLagging(member(2), 400, 11 * LAG_MAX, LAG_MAX)).isTrue();
    }

    @Test
    void shouldNotCallAFollowerSlowInAPartitionThatWasIdle() {
        inSync.commit(REPLICAS, members(1, 2));
        inSync.report(member(2), 120, 120, 0);
        assertThat(inSync.isLagging(member(2), 120, 50 * LAG_MAX, LAG_MAX)).isFalse();

        assertThat(inSync.isLagging(member(2), 130, 51 * LAG_MAX, LAG_MAX)).isFalse();
        assertThat(inSync.isLagging(member(2), 130, 51 * LAG_MAX + 1, LAG_MAX)).isTrue();
    }
}
