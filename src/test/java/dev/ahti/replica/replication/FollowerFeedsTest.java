package dev.ahti.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.peer.PeerIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** When a follower counts as lost (rule 5). */
class FollowerFeedsTest {
    private static final Duration SESSION = Duration.ofMinutes(5);
    private static final int BROKER = 2;

    private record Delayed(Duration delay, Runnable action) {}

    private final List<Delayed> later = new ArrayList<>();
    private final List<Integer> lost = new ArrayList<>();
    private final FollowerFeeds feeds = new FollowerFeeds(
            partition -> null, (delay, action) -> later.add(new Delayed(delay, action)), SESSION, lost::add);

    private PeerHandler open(Duration silent) {
        return feeds.open(new PeerConnection() {
            @Override
            public PeerIdentity peer() {
                return new PeerIdentity(BROKER, Uuid.ONE_UUID, 7);
            }

            @Override
            public long silentNanos() {
                return silent.toNanos();
            }

            @Override
            public void wake() {}

            @Override
            public void close(String reason) {}
        });
    }

    @Test
    void aFollowerWhoseConnectionClosesHasOneSessionToComeBack() {
        open(Duration.ZERO).onClosed();

        assertThat(feeds.isLost(BROKER)).isFalse();
        assertThat(later).singleElement().satisfies(look -> assertThat(look.delay())
                .isBetween(SESSION, SESSION.plusSeconds(1)));
    }

    /** Otherwise acks=all stands still for the silence and the session, one after the other. */
    @Test
    void aFollowerWhoseConnectionWasSilentForASessionIsLostWhenItCloses() {
        open(SESSION).onClosed();

        assertThat(feeds.isLost(BROKER)).isTrue();
        assertThat(later).singleElement().satisfies(look -> {
            assertThat(look.delay()).isLessThan(Duration.ofSeconds(1));
            look.action().run();
        });
        assertThat(lost).containsExactly(BROKER);
    }

    @Test
    void aFollowerThatHasDialledAnewIsNotLost() {
        PeerHandler before = open(SESSION);
        open(Duration.ZERO);
        before.onClosed();

        assertThat(feeds.isLost(BROKER)).isFalse();
    }
}
