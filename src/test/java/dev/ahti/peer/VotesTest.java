package dev.ahti.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Rule 4: what proves a death. */
class VotesTest {
    private static final PeerIdentity DEAD = new PeerIdentity(3, new Uuid(1, 3), 33);

    private final AtomicLong time = new AtomicLong();
    private final Votes votes = new Votes(time::get);

    @Test
    void bothSurvivorsOfThreeProveADeath() {
        votes.cast(11, List.of(DEAD));
        assertThat(votes.proven(33, Set.of(11L, 22L, 33L))).isEmpty();

        votes.cast(22, List.of(DEAD));
        assertThat(votes.proven(33, Set.of(11L, 22L, 33L))).contains(DEAD);
    }

    @Test
    void ofTwoNothingIsEverProven() {
        votes.cast(11, List.of(DEAD));

        assertThat(votes.proven(33, Set.of(11L, 33L))).isEmpty();
    }

    @Test
    void halfIsNoMajority() {
        votes.cast(11, List.of(DEAD));
        votes.cast(22, List.of(DEAD));

        assertThat(votes.proven(33, Set.of(11L, 22L, 33L, 44L))).isEmpty();
    }

    @Test
    void theVotesOfOthersThanMembersDoNotCount() {
        votes.cast(11, List.of(DEAD));
        votes.cast(99, List.of(DEAD));
        votes.cast(33, List.of(DEAD));

        assertThat(votes.proven(33, Set.of(11L, 22L, 33L))).isEmpty();
    }

    @Test
    void whoIsNoMemberAnyMoreIsNotProvenDead() {
        votes.cast(11, List.of(DEAD));
        votes.cast(22, List.of(DEAD));

        assertThat(votes.proven(33, Set.of(11L, 22L))).isEmpty();
        assertThat(votes.proven(33, Set.of(11L, 22L, 34L))).isEmpty();
    }

    @Test
    void aVoteCanBeTakenBack() {
        votes.cast(11, List.of(DEAD));
        votes.cast(11, List.of());
        votes.cast(22, List.of(DEAD));

        assertThat(votes.proven(33, Set.of(11L, 22L, 33L))).isEmpty();
    }

    @Test
    void aVoteIsForgottenWhenItsVoterIsSilent() {
        votes.cast(11, List.of(DEAD));
        time.addAndGet(Duration.ofSeconds(6).toNanos());
        votes.cast(22, List.of(DEAD));

        assertThat(votes.proven(33, Set.of(11L, 22L, 33L))).isEmpty();
    }
}
