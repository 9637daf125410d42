package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.Members.Member;
import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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

    /** Rule 6: it would take a broker of the side that is kept out of every ISR. */
    @Test
    void aSingletonThatIsCutOffExpiresNobodyWhenTheSessionsOfTheOthersEndOneAfterTheOther() {
        hear(500, 1, 2);
        hear(900, 3);
        for (long now = 1000; now <= 20_000; now += 500) {
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

    /** Everybody is heard for a session time but those; then who is expired. */
    private List<Integer> expiredWithSilent(int... silent) {
        List<Integer> expired = List.of();
        for (long now = 500; now <= 4000; now += 500) {
            for (int broker = 1; broker <= 3; broker++) {
                int each = broker;
                if (Arrays.stream(silent).noneMatch(one -> one == each)) {
                    hear(now, broker);
                }
            }
            expired = sessions.expired(image, members.current(), at(now)).stream()
                    .map(BrokerImage::id)
                    .toList();
        }
        return expired;
    }

    @Test
    void aMajorityIsOneOfMembersAlsoOfThoseThatAreNoLiveBrokers() {
        members.are(1, 2, 3, 4, 5);
        assertThat(expiredWithSilent(3)).isEmpty();

        members.are(1, 2, 3);
        assertThat(expiredWithSilent(3)).containsExactly(3);
    }

    @Test
    void fencedBrokersThatAreHeardCountForTheMajority() {
        ClusterImage twoFenced = Images.apply(
                image, new FenceBroker(1, Images.incarnation(1)), new FenceBroker(2, Images.incarnation(2)));
        for (long now = 500; now <= 3000; now += 500) {
            hear(now, 1, 2);
            sessions.expired(twoFenced, members.current(), at(now));
        }

        assertThat(sessions.expired(twoFenced, members.current(), at(3500)))
                .extracting(BrokerImage::id)
                .containsExactly(3);
    }

    @Test
    void ofTwoHalvesTheOneWithTheLowestMemberIsKept() {
        members.are(1, 3);

        assertThat(expiredWithSilent(3)).contains(3);
        members.are(3, 1);
        Sessions other = new Sessions(Duration.ofMillis(500), Duration.ofSeconds(3), image, 0);
        for (long now = 500; now <= 4000; now += 500) {
            other.heard(1, Images.incarnation(1), at(now));
            assertThat(other.expired(image, List.of(member(3, false), member(1, true)), at(now)))
                    .isEmpty();
        }
    }

    private static Member member(int broker, boolean self) {
        return new Member(broker, broker, self, true, false);
    }

    @Test
    void whoseProcessIsNoMemberAnyMoreIsGoneAtOnce() {
        members.are(1, 3);

        assertThat(Sessions.gone(image, members.current()))
                .extracting(BrokerImage::id)
                .containsExactly(2);
    }

    @Test
    void whoHasBeenGivenUpByTheClusterIsGone() {
        List<Member> oneDown =
                List.of(member(1, true), new Member(2, 2, false, true, true), new Member(3, 3, false, true, false));

        assertThat(Sessions.gone(image, oneDown)).extracting(BrokerImage::id).containsExactly(2);
    }

    @Test
    void aNodeThatIsOutOfTheClusterItselfCallsNobodyGone() {
        assertThat(Sessions.gone(image, List.of())).isEmpty();
        assertThat(Sessions.gone(image, List.of(new Member(1, 1, true, false, true))))
                .isEmpty();
    }

    @Test
    void takesRequestsWithoutWaitingForWhoHasBeenFenced() {
        hear(100, 1, 2);
        ClusterImage fenced = Images.apply(image, new FenceBroker(3, Images.incarnation(3)));

        assertThat(sessions.open(fenced, at(200))).isTrue();
    }
}
