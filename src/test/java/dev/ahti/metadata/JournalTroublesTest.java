package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JournalTroublesTest {
    private final Exception key = new SQLException("duplicate key", "23505");
    private final Exception away = new SQLException("connection refused", "08001");

    private final JournalTroubles troubles = new JournalTroubles(Duration.ofMillis(200), Duration.ofSeconds(20), at(0));

    private static long at(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void aKeyRefusedOnTheEpochEventIsTriedFiveTimes() {
        for (int i = 0; i < 5; i++) {
            assertThat(troubles.failed(key, at(i))).isEmpty();
        }
        assertThat(troubles.failed(key, at(9)))
                .hasValueSatisfying(line -> assertThat(line).contains("another node writes"));
    }

    @Test
    void aKeyRefusedLaterStopsTheNodeAtOnce() {
        troubles.recovered();

        assertThat(troubles.failed(key, at(0))).isPresent();
    }

    @Test
    void anEventThatCannotBeReadStopsTheNode() {
        assertThat(troubles.failed(new IllegalStateException("format 2"), at(0)))
                .hasValueSatisfying(line -> assertThat(line).contains("start a newer one"));
        assertThat(troubles.failed(new IOException("away"), at(0))).isEmpty();
    }

    @Test
    void triesAreMadeAtGrowingIntervals() {
        troubles.failed(away, at(0));
        Duration first = troubles.backoff();
        for (int i = 0; i < 10; i++) {
            troubles.failed(away, at(i));
        }

        assertThat(first).isEqualTo(Duration.ofMillis(200));
        assertThat(troubles.backoff()).isEqualTo(Duration.ofMillis(1600));
    }

    @Test
    void othersAreAskedWhenTheJournalHasNotBeenRecoveredForLong() {
        troubles.failed(away, at(1000));

        assertThat(troubles.timeToAskOthers(at(19_000))).isFalse();
        assertThat(troubles.timeToAskOthers(at(20_000))).isTrue();
        assertThat(troubles.timeToAskOthers(at(20_500))).isFalse();
        assertThat(troubles.timeToAskOthers(at(22_500))).isTrue();
    }

    @Test
    void aJournalThatWasRecoveredMeanwhileIsNoLastingTrouble() {
        troubles.recovered();
        assertThat(troubles.reachedBy(2, at(30_000))).isFalse();
        troubles.failed(away, at(30_000));

        assertThat(troubles.reachedBy(2, at(40_000))).isFalse();
        assertThat(troubles.reachedBy(2, at(50_000))).isTrue();
    }

    @Test
    void whatAnotherBrokerReachesMayFailHereOnceMoreAndThenTheNodeStops() {
        troubles.failed(away, at(0));
        troubles.reachedBy(2, at(30_000));

        assertThat(troubles.failed(away, at(30_100)))
                .hasValueSatisfying(line -> assertThat(line).contains("broker 2 reaches it"));
        troubles.recovered();
        assertThat(troubles.failed(away, at(30_200))).isEmpty();
        assertThat(troubles.failed(away, at(60_000))).isEmpty();
    }
}
