package dev.ahti.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Rule 16. */
class MajorityViewTest {
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5); // Overflows on the way, as nanoTime may.
    private final LastHeard lastHeard = new LastHeard(time::get);
    private final AtomicReference<List<Long>> members = new AtomicReference<>(List.of());

    private MajorityView view(long self, Long... uids) {
        members.set(List.of(uids));
        return new MajorityView(members::get, self, lastHeard, time::get);
    }

    /** As a pong says: asked now, answered at once. */
    private void answers(long uid) {
        lastHeard.of(new PeerIdentity((int) uid, Uuid.ZERO_UUID, uid)).answered(time.get());
    }

    private void pass(Duration duration) {
        time.addAndGet(duration.toNanos());
    }

    @Test
    void aNodeAloneAlwaysSeesItself() {
        MajorityView view = view(1, 1L);

        assertThat(view.seesMajority()).isTrue();
        pass(Duration.ofHours(1));
        assertThat(view.seesMajority()).isTrue();
    }

    @Test
    void oneOfThreeNeedsOneOtherWithinTwoSeconds() {
        MajorityView view = view(1, 1L, 2L, 3L);
        assertThat(view.seesMajority()).isFalse();

        answers(3);
        assertThat(view.seesMajority()).isTrue();
        pass(Duration.ofMillis(1_999));
        assertThat(view.seesMajority()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(view.seesMajority()).isFalse();

        answers(2);
        assertThat(view.seesMajority()).isTrue();
    }

    @Test
    void whoeverIsHeardAgainAfterAGapCountsOnlyWhenHeGoesOnAnswering() {
        MajorityView view = view(1, 1L, 2L, 3L);
        answers(2);
        pass(MajorityView.WINDOW.plusMillis(1));

        for (int ms = 0; ms < 2_000; ms += 500) {
            answers(2);
            assertThat(view.seesMajority()).as("after " + ms).isFalse();
            pass(Duration.ofMillis(500));
        }
        answers(2);
        assertThat(view.seesMajority()).isTrue();
        pass(MajorityView.WINDOW);
        assertThat(view.seesMajority()).isFalse();
        answers(2);
        assertThat(view.seesMajority()).as("no gap").isTrue();
    }

    @Test
    void whoHasSaidHelloButAnsweredNothingIsNotSeen() {
        MajorityView view = view(1, 1L, 2L, 3L);

        lastHeard.of(new PeerIdentity(2, Uuid.ZERO_UUID, 2));

        assertThat(view.seesMajority()).isFalse();
    }

    @Test
    void theOneOfFiveThatWasHeardLongestAgoCounts() {
        MajorityView view = view(1, 1L, 2L, 3L, 4L, 5L);
        answers(2);
        assertThat(view.seesMajority()).isFalse();

        pass(Duration.ofSeconds(1));
        answers(3);
        assertThat(view.seesMajority()).isTrue();
        pass(Duration.ofSeconds(1));

        assertThat(view.seesMajority()).isFalse();
    }

    @Test
    void halfSufficesWithTheLowestAddress() {
        answers(2);
        assertThat(view(1, 1L, 2L, 3L, 4L).seesMajority()).isTrue();
        assertThat(view(4, 1L, 2L, 3L, 4L).seesMajority()).isFalse();
        assertThat(view(3, 2L, 1L, 3L, 4L).seesMajority()).isTrue();

        assertThat(view(1, 1L, 9L).seesMajority()).isTrue();
        assertThat(view(9, 1L, 9L).seesMajority()).isFalse();
    }

    @Test
    void bytesThatWereSentLongAgoProveNothing() {
        MajorityView view = view(1, 1L, 2L, 3L);
        answers(2);
        long asked = time.get();
        // Stopped for long; what has waited in the socket is read now.
        pass(Duration.ofSeconds(30));
        lastHeard.of(new PeerIdentity(2, Uuid.ZERO_UUID, 2)).answered(asked);

        assertThat(lastHeard.sinceMember(2)).hasValue(0);
        assertThat(view.seesMajority()).isFalse();
    }

    @Test
    void aChangeOfMembersCountsAtOnce() {
        MajorityView view = view(1, 1L);
        assertThat(view.seesMajority()).isTrue();

        members.set(List.of(1L, 2L, 3L));
        assertThat(view.seesMajority()).isFalse();

        answers(2);
        assertThat(view.seesMajority()).isTrue();
        members.set(List.of(2L, 3L));
        assertThat(view.seesMajority()).describedAs("downed").isFalse();
    }

    @Test
    void anotherProcessOfAMembersBrokerIsNotTheMember() {
        MajorityView view = view(1, 1L, 2L, 3L);
        lastHeard.of(new PeerIdentity(2, Uuid.ZERO_UUID, 222)).answered(time.get());

        assertThat(view.seesMajority()).isFalse();
    }

    @Test
    void saysWhoVouchesWhoIsHeardButDoesNotAndHowManyAreSilent() {
        MajorityView view = view(1, 1L, 2L, 3L, 4L, 5L);
        answers(4);
        pass(MajorityView.WINDOW.plusMillis(1));
        answers(2);
        lastHeard.of(new PeerIdentity(3, Uuid.ZERO_UUID, 3));

        assertThat(view.members())
                .isEqualTo(new SeenMembers(false, 5, new TreeSet<>(Set.of(2)), new TreeSet<>(Set.of(3)), 2));
        answers(5);
        assertThat(view.members())
                .isEqualTo(new SeenMembers(true, 5, new TreeSet<>(Set.of(2, 5)), new TreeSet<>(Set.of(3)), 1));
    }
}
