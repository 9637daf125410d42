package dev.ahti.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendWindowTest {
    private final SendWindow window = new SendWindow(100);

    @Test
    void shouldLetOneBatchThroughHoweverLargeAndNoneBehindIt() {
        assertThat(window.room()).isEqualTo(100);
        window.sent(10, 5000);

        assertThat(window.room()).isZero();
        assertThat(window.bytesInFlight()).isEqualTo(5000);
    }

    @Test
    void shouldFreeWhatIsAcknowledgedInWhole() {
        window.sent(10, 40);
        window.sent(20, 30);
        window.sent(30, 30);

        assertThat(window.acknowledged(9)).isZero();
        assertThat(window.acknowledged(20)).isEqualTo(70);
        assertThat(window.room()).isEqualTo(70);
        assertThat(window.acknowledged(30)).isEqualTo(30);
        assertThat(window.acknowledged(30)).isZero();
        assertThat(window.room()).isEqualTo(100);
    }
}
