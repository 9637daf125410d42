package dev.ahti.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The short form of {@code ./dev chaos}, which runs this with how long and from which seed. */
class ChaosIT {
    private static final Duration DURATION = Duration.ofSeconds(Long.getLong("ahti.chaos.seconds", 35));

    @Test
    void nothingAcknowledgedIsLostWhateverHappensToBrokersLinksAndDatabase() throws Exception {
        long seed = Long.getLong("ahti.chaos.seed", 4);
        assertThat(ChaosMain.run(DURATION, seed)).as("seed " + seed).isZero();
    }
}
