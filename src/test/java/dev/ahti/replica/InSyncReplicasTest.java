package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules 10 and 11. */
class InSyncReplicasTest {
    private static final List<Integer> REPLICAS = List.of(1, 2, 3);
    private final InSyncReplicas inSync = new InSyncReplicas(1, 100);

    @Test
    void shouldBeAsFarAsTheSlowestOfTheCommittedIsr() {
        inSync.commit(REPLICAS, List.of(1, 2, 3));
        inSync.reportLogEnd(2, 110);
        inSync.reportLogEnd(3, 105);

        assertThat(inSync.smallestLogEnd(120)).isEqualTo(105);
        assertThat(inSync.smallestLogEnd(101)).isEqualTo(101);
    }

    @Test
    void shouldCountNoFollowerThatHasNotReportedInThisEpoch() {
        inSync.commit(REPLICAS, List.of(1, 2));

        assertThat(inSync.smallestLogEnd(120)).isNegative();
    }

    @Test
    void shouldNotWaitForReplicasOutsideTheIsr() {
        inSync.commit(REPLICAS, List.of(1, 2));
        inSync.reportLogEnd(2, 110);
        inSync.reportLogEnd(3, 50);

        assertThat(inSync.smallestLogEnd(120)).isEqualTo(110);
    }

    @Test
    void shouldWaitForAProposedMemberUntilTheOutcomeIsKnown() {
        inSync.commit(REPLICAS, List.of(1, 2));
        inSync.reportLogEnd(2, 120);
        inSync.reportLogEnd(3, 110);

        inSync.propose(List.of(1, 2, 3));
        assertThat(inSync.smallestLogEnd(120)).isEqualTo(110);

        inSync.commit(REPLICAS, List.of(1, 2));
        assertThat(inSync.smallestLogEnd(120)).isEqualTo(120);
    }

    @Test
    void shouldWaitForACommittedMemberWhoseRemovalIsOnlyProposed() {
        inSync.commit(REPLICAS, List.of(1, 2));
        inSync.reportLogEnd(2, 110);

        inSync.propose(List.of(1));
        assertThat(inSync.smallestLogEnd(120)).isEqualTo(110);
    }

    @Test
    void shouldCountTheCommittedIsrAloneForTheMinimum() {
        inSync.commit(REPLICAS, List.of(1));
        inSync.propose(List.of(1, 2));

        assertThat(inSync.isEnough(1)).isTrue();
        assertThat(inSync.isEnough(2)).isFalse();
    }

    @Test
    void shouldNotAskForMoreInSyncReplicasThanThereAreReplicas() {
        inSync.commit(List.of(1), List.of(1));

        assertThat(inSync.isEnough(2)).isTrue();
    }

    @Test
    void shouldLetAFollowerJoinOnlyWithTheEpochsStartAndWhatIsAcknowledged() {
        inSync.commit(REPLICAS, List.of(1));
        assertThat(inSync.mayJoin(2, 90)).as("not reported").isFalse();

        inSync.reportLogEnd(2, 99);
        assertThat(inSync.mayJoin(2, 90)).as("below the epoch's start").isFalse();

        inSync.reportLogEnd(2, 100);
        assertThat(inSync.mayJoin(2, 90)).isTrue();
        assertThat(inSync.mayJoin(2, 101)).as("below the high watermark").isFalse();
    }

    @Test
    void shouldIgnoreBrokersThatAreNoReplicas() {
        inSync.commit(REPLICAS, List.of(1));
        inSync.reportLogEnd(4, 200);

        assertThat(inSync.mayJoin(4, 100)).isFalse();
    }

    @Test
    void shouldForgetAReplicaThatWasTakenAwayAndGivenBack() {
        inSync.commit(REPLICAS, List.of(1));
        inSync.reportLogEnd(2, 150);
        inSync.commit(List.of(1, 3), List.of(1));
        inSync.commit(REPLICAS, List.of(1));

        assertThat(inSync.mayJoin(2, 100)).isFalse();
    }
}
