package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HighWatermarkTest {

    @Test
    void shouldNeverGoBack() {
        HighWatermark highWatermark = new HighWatermark(5, 0, 10);

        assertThat(highWatermark.raiseTo(4)).isFalse();
        assertThat(highWatermark.raiseTo(5)).isFalse();
        assertThat(highWatermark.value()).isEqualTo(5);
        assertThat(highWatermark.raiseTo(6)).isTrue();
        assertThat(highWatermark.value()).isEqualTo(6);
    }

    @Test
    void shouldBeginWithinTheLog() {
        assertThat(new HighWatermark(12, 3, 10).value()).isEqualTo(10);
        assertThat(new HighWatermark(0, 3, 10).value()).isEqualTo(3);
        assertThat(new HighWatermark(7, 3, 10).value()).isEqualTo(7);
    }
}
