package dev.ahti.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The short form of {@code ./dev chaos}, which runs one of these tests for longer: how long and from which seed it says. */
class ChaosIT {
    private static final Duration DURATION = Duration.ofSeconds(Long.getLong("ahti.chaos.seconds", 25));

    @Test
    void nothingAcknowledgedIsLostWhateverHappensToBrokersLinksAndDatabase() throws Exception {
        run(Long.getLong("ahti.chaos.seed", 4));
    }

    /** Not in the short form, which says whether a change has broken something: this one finds what nobody has changed. */
    @Test
    @EnabledIfSystemProperty(named = "ahti.long", matches = "true")
    void norFromASeedThatNobodyHasTried() throws Exception {
        run(System.nanoTime() % 1_000_000);
    }

    private static void run(long seed) throws Exception {
        assertThat(ChaosMain.run(DURATION, seed)).as("seed " + seed).isZero();
    }

    /** Who cannot fail proves nothing. Not in the short form: it takes a minute for each. */
    @ParameterizedTest
    @EnumSource
    @EnabledIfSystemProperty(named = "ahti.long", matches = "true")
    void aClusterThatIsWrongOnPurposeIsFoundOut(Plant plant) throws Exception {
        assertThat(ChaosMain.run(Duration.ofSeconds(60), 11, plant.name())).isEqualTo(1);
    }
}
