package dev.ahti.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A tick every 500 ms; silence is 3 s. */
class KeepAliveTest {
    private static final long TICK_MS = 500;

    private final AtomicLong nanos = new AtomicLong();
    private final KeepAlive dialler = keepAlive(true);
    private final KeepAlive acceptor = keepAlive(false);

    private KeepAlive keepAlive(boolean isDialler) {
        PeerSettings settings = PeerSettings.of("host", 0, Optional.empty()).withSilence(Duration.ofSeconds(3));
        return new KeepAlive(settings, isDialler, nanos::get);
    }

    private void pass(long ms) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    private boolean tick(KeepAlive end) {
        pass(TICK_MS);
        return end.isSilentAtTick();
    }

    @Test
    void theDiallerPingsAtEveryTickAndTheOtherEndGivesItsClockBack() {
        dialler.begin();
        acceptor.begin();
        assertThat(acceptor.due()).isNull();

        for (int i = 0; i < 3; i++) {
            assertThat(dialler.due()).isEqualTo(OutgoingFrames.clock(OutgoingFrames.PING, nanos.get()));
            assertThat(dialler.due()).isNull();
            acceptor.pinged(nanos.get(), true);
            assertThat(acceptor.due()).isEqualTo(OutgoingFrames.clock(OutgoingFrames.PONG, nanos.get()));
            assertThat(acceptor.due()).isNull();
            dialler.received();
            assertThat(tick(dialler)).isFalse();
        }
    }

    /** Ticks may be late by seconds where processors are short: see rule 16 for what that would cost. */
    @Test
    void theDiallerPingsWithWhatItSendsWhereTheTickIsLate() {
        dialler.begin();
        assertThat(dialler.due()).isNotNull();
        pass(TICK_MS - 1);
        assertThat(dialler.due()).isNull();

        pass(1);

        assertThat(dialler.due()).isEqualTo(OutgoingFrames.clock(OutgoingFrames.PING, nanos.get()));
        assertThat(dialler.due()).isNull();
    }

    @Test
    void aTickSoonAfterAPingNeedsNoOther() {
        dialler.begin();
        assertThat(dialler.due()).isNotNull();
        pass(TICK_MS / 2);
        assertThat(dialler.isSilentAtTick()).isFalse();
        assertThat(dialler.due()).isNull();

        pass(1);
        assertThat(dialler.isSilentAtTick()).isFalse();
        assertThat(dialler.due()).isNotNull();
    }

    @Test
    void whoHearsNothingGivesItUp() {
        for (int i = 0; i < 6; i++) {
            assertThat(tick(acceptor)).as("after %s ticks", i + 1).isFalse();
        }
        assertThat(tick(acceptor)).isTrue();
    }

    /** What has come while it stood still is not read yet. */
    @Test
    void whoStoodStillItselfWaitsOnceMore() {
        pass(60_000);

        assertThat(acceptor.isSilentAtTick()).isFalse();
        for (int i = 0; i < 6; i++) {
            assertThat(tick(acceptor)).isFalse();
        }
        assertThat(tick(acceptor)).isTrue();
    }
}
