package dev.ahti.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void countsATimeAtTheFirstBoundThatItDoesNotPass() {
        latencies.add(0);
        latencies.add(1L << 17);
        latencies.add((1L << 17) + 1);
        latencies.add(1L << 18);
        latencies.add(1L << 33);
        latencies.add(TimeUnit.HOURS.toNanos(1));

        assertThat(latencies.count(0)).isEqualTo(2);
        assertThat(latencies.count(1)).isEqualTo(2);
        assertThat(latencies.count(Latencies.BOUNDS - 1)).isEqualTo(1);
        assertThat(latencies.count(Latencies.BOUNDS)).isEqualTo(1);
        assertThat(latencies.total()).isEqualTo(6);
    }

    @Test
    void boundsDoubleAndTheLastIsWithoutEnd() {
        assertThat(Latencies.boundSeconds(0)).isEqualTo(0.000131072);
        assertThat(Latencies.boundSeconds(1)).isEqualTo(0.000262144);
        assertThat(Latencies.boundSeconds(Latencies.BOUNDS - 1)).isEqualTo(8.589934592);
        assertThat(Latencies.boundSeconds(Latencies.BOUNDS)).isInfinite();
    }

    @Test
    void sumsUpInSeconds() {
        latencies.add(TimeUnit.MILLISECONDS.toNanos(1500));
        latencies.add(TimeUnit.MILLISECONDS.toNanos(500));

        assertThat(latencies.sumSeconds()).isEqualTo(2.0);
    }
}
