package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.idempotent;
import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

class RefusedSequencesTest {
    private static final Uuid TOPIC = new Uuid(1, 1);
    private static final MemoryRecords FIRST = idempotent(7, 0, "a");
    private static final MemoryRecords SECOND = idempotent(7, 1, "b");
    private static final MemoryRecords THIRD = idempotent(7, 2, "c");

    private long now = Long.MAX_VALUE - 1;
    private final RefusedSequences refused = new RefusedSequences(() -> now);

    private boolean heldBack(MemoryRecords records) {
        return refused.holdBack(TOPIC, "t", 3, records);
    }

    @Test
    void whatFollowsARefusedSequenceIsHeldBackUntilThatHasComeAgain() {
        refused.add(TOPIC, 3, FIRST);

        assertThat(heldBack(SECOND)).isTrue();
        assertThat(heldBack(SECOND)).isTrue();
        assertThat(heldBack(FIRST)).isFalse();
        assertThat(heldBack(SECOND)).isFalse();
    }

    @Test
    void theEarliestCounts() {
        refused.add(TOPIC, 3, SECOND);
        refused.add(TOPIC, 3, FIRST);
        refused.add(TOPIC, 3, THIRD);

        assertThat(heldBack(SECOND)).isTrue();
        assertThat(heldBack(FIRST)).isFalse();
        assertThat(heldBack(THIRD)).isFalse();
    }

    @Test
    void aTopicIsTheSameByNameAndById() {
        refused.add("t", 3, FIRST);

        assertThat(heldBack(SECOND)).isTrue();
        assertThat(heldBack(FIRST)).isFalse();
        assertThat(heldBack(SECOND)).isFalse();
    }

    @Test
    void othersAreNotHeldBack() {
        refused.add(TOPIC, 3, FIRST);

        assertThat(heldBack(idempotent(8, 1, "b"))).isFalse();
        assertThat(refused.holdBack(TOPIC, "t", 4, SECOND)).isFalse();
        assertThat(refused.holdBack(new Uuid(1, 2), "u", 3, SECOND)).isFalse();
        assertThat(heldBack(records("without a sequence"))).isFalse();
    }

    @Test
    void aProducerThatNeverSendsItAgainIsNotHeldBackForEver() {
        refused.add(TOPIC, 3, FIRST);
        now += RefusedSequences.LIFETIME_NANOS;
        assertThat(heldBack(SECOND)).isTrue();
        now++;

        assertThat(heldBack(SECOND)).isFalse();
    }

    @Test
    void aRefusalIsRememberedAnewEachTime() {
        refused.add(TOPIC, 3, FIRST);
        now += RefusedSequences.LIFETIME_NANOS;
        refused.add(TOPIC, 3, FIRST);
        now += RefusedSequences.LIFETIME_NANOS;

        assertThat(heldBack(SECOND)).isTrue();
    }

    @Test
    void noMoreProducersAreRememberedThanThereIsRoomFor() {
        for (int producer = 0; producer <= RefusedSequences.MAX_KEPT; producer++) {
            refused.add(TOPIC, 3, idempotent(producer, 0, "a"));
        }
        assertThat(heldBack(idempotent(RefusedSequences.MAX_KEPT - 1, 1, "b"))).isTrue();
        assertThat(heldBack(idempotent(RefusedSequences.MAX_KEPT, 1, "b"))).isFalse();

        now += RefusedSequences.LIFETIME_NANOS + 1;
        refused.add(TOPIC, 3, idempotent(RefusedSequences.MAX_KEPT, 0, "a"));
        assertThat(heldBack(idempotent(RefusedSequences.MAX_KEPT, 1, "b"))).isTrue();
    }

    @Test
    void whatIsNoBatchIsNotLookedAt() {
        MemoryRecords shred = MemoryRecords.readableRecords(ByteBuffer.allocate(5));
        refused.add(TOPIC, 3, shred);
        refused.add(TOPIC, 3, null);
        refused.add(TOPIC, 3, FIRST);

        assertThat(heldBack(shred)).isFalse();
    }
}
