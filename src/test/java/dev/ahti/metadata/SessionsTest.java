package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final ClusterImage image = Images.live(3);
    private final Sessions sessions = new Sessions(Duration.ofMillis(500), Duration.ofSeconds(3), image, 0);

    private final FakeMembers members = new FakeMembers(1, 2, 3);

    private static long at(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void hear(long millis, int... brokers) {
        for (int broker : brokers) {
            sessions.heard(broker, Images.incarnation(broker), at(millis));
        }
    }

    @Test
    void takesRequestsWhenEveryLiveBrokerHasBeenHeard() {
        hear(100, 1, 2);
        assertThat(sessions.open(image, at(200))).isFalse();

        hear(300, 3);
        assertThat(sessions.open(image, at(300))).isTrue();
    }

    @Test
    void takesRequestsAfterASessionTimeAlthoughOneIsSilent() {
        hear(100, 1, 2);

        assertThat(sessions.open(image, at(2999))).isFalse();
        assertThat(sessions.open(image, at(3000))).isTrue();
    }

    @Test
    void aSilentBrokerIsExpiredAfterASessionTime() {
        for (long now = 500; now < 3000; now += 500) {
            hear(now, 1, 2);
            assertThat(sessions.expired(image, members.current(), at(now))).isEmpty();
        }
        hear(3000, 1, 2);

        assertThat(sessions.expired(image, members.current(), at(3000)))
                .extracting(BrokerImage::id)
                .containsExactly(3);
    }

    @Test
    void aSingletonThatHearsOnlyAMinorityExpiresNobody() {
        for (long now = 500; now <= 20_000; now += 500) {
            hear(now, 1);
            assertThat(sessions.expired(image, members.current(), at(now))).isEmpty();
        }
    }

    @Test
    void afterAPauseOfItsOwnItWaitsAFullSession() {
        hear(500, 1, 2, 3);
        sessions.expired(image, members.current(), at(500));
        long woke = 60_000;
        hear(woke, 1, 2);

        assertThat(sessions.expired(image, members.current(), at(woke))).isEmpty();
        for (long now = woke + 500; now < woke + 3000; now += 500) {
            hear(now, 1, 2);
            assertThat(sessions.expired(image, members.current(), at(now))).isEmpty();
        }
        hear(woke + 3000, 1, 2);
        assertThat(sessions.expired(image, members.current(), at(woke + 3000)))
                .extracting(BrokerImage::id)
                .containsExactly(3);
    }
}
