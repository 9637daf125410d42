package dev.ahti.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.remote.DeadlineFailureDetector;
import org.apache.pekko.remote.FailureDetector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.concurrent.duration.FiniteDuration;

/** Rules 3 and 4, as Pekko sees them. */
class ProofOrHeartbeatsTest {
    private static final String ADDRESS = "pekko://ahti@127.0.0.1:2551";

    private final AtomicLong timeMs = new AtomicLong(1_000_000);
    private final MemberLiveness liveness = new MemberLiveness(() -> timeMs.get() * 1_000_000);
    private final ProofOrHeartbeats detector = new ProofOrHeartbeats(deadline(), liveness);

    private DeadlineFailureDetector deadline() {
        return new DeadlineFailureDetector(millis(2_000), millis(500), new FailureDetector.Clock() {
            @Override
            public Object apply() {
                return timeMs.get();
            }
        });
    }

    private static FiniteDuration millis(long millis) {
        return FiniteDuration.fromNanos(Duration.ofMillis(millis).toNanos());
    }

    private void pass(long millis) {
        timeMs.addAndGet(millis);
    }

    @BeforeEach
    void heartbeats() {
        detector.setAddress(ADDRESS);
        for (int i = 0; i < 10; i++) {
            pass(500);
            detector.heartbeat();
        }
    }

    @Test
    void missingHeartbeatsAreNoticedWhereNobodyHearsTheMember() {
        assertThat(detector.isAvailable()).isTrue();
        pass(10_000);
        assertThat(detector.isAvailable()).isFalse();
        detector.heartbeat();
        assertThat(detector.isAvailable()).isTrue();
    }

    /** What was irregular before moves the deadline on no node: those who judge the same member agree at once. */
    @Test
    void missingHeartbeatsAreNoticedAtTheSameTimeHoweverIrregularTheyWere() {
        pass(2_400);
        detector.heartbeat();
        pass(100);
        detector.heartbeat();

        pass(2_499);
        assertThat(detector.isAvailable()).isTrue();
        pass(2);
        assertThat(detector.isAvailable()).isFalse();
    }

    @Test
    void aMemberThatSomebodyHearsIsNotUnreachable() {
        pass(10_000);
        liveness.vouch(ADDRESS, (timeMs.get() + 1_000) * 1_000_000);

        assertThat(detector.isAvailable()).isTrue();
        pass(999);
        assertThat(detector.isAvailable()).isTrue();
        pass(2);
        assertThat(detector.isAvailable()).isFalse();
    }

    @Test
    void aProofCountsAtOnceAndAgainstEverybody() {
        liveness.vouch(ADDRESS, (timeMs.get() + 60_000) * 1_000_000);
        liveness.dead(ADDRESS, 7);

        assertThat(detector.isAvailable()).isFalse();
        detector.heartbeat();
        assertThat(detector.isAvailable()).isFalse();
    }

    @Test
    void theProcessThatComesAfterTheDeadOneIsAvailable() {
        liveness.dead(ADDRESS, 7);
        liveness.forget(ADDRESS, 8);
        assertThat(detector.isAvailable()).isFalse();

        liveness.forget(ADDRESS, 7);
        assertThat(detector.isAvailable()).isTrue();
    }

    @Test
    void ofSeveralWhoVouchTheLatestCounts() {
        pass(10_000);
        liveness.vouch(ADDRESS, (timeMs.get() + 1_000) * 1_000_000);
        liveness.vouch(ADDRESS, (timeMs.get() + 100) * 1_000_000);
        pass(500);

        assertThat(detector.isAvailable()).isTrue();
    }
}
