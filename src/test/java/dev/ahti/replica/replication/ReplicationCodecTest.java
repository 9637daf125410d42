package dev.ahti.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.model.PartitionId;
import dev.ahti.peer.MalformedFrame;
import dev.ahti.replica.replication.ToFollower.Diverging;
import dev.ahti.replica.replication.ToFollower.HighWatermarkAlone;
import dev.ahti.replica.replication.ToFollower.Records;
import dev.ahti.replica.replication.ToFollower.Refused;
import dev.ahti.replica.replication.ToFollower.StartAt;
import dev.ahti.replica.replication.ToLeader.Ack;
import dev.ahti.replica.replication.ToLeader.Follow;
import dev.ahti.replica.replication.ToLeader.Unfollow;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ReplicationCodecTest {
    private static final List<ToLeader> TO_LEADER = List.of(
            new Follow(
                    7,
                    new PartitionId(Uuid.randomUuid(), 3),
                    5,
                    Uuid.randomUuid(),
                    1L << 39,
                    Long.MAX_VALUE,
                    Integer.MAX_VALUE),
            new Ack(-1, 1L << 38, 1L << 40),
            new Follow(8, new PartitionId(new Uuid(-1, -2), 0), 0, Uuid.ZERO_UUID, 0, 0, -1),
            new Unfollow(Integer.MIN_VALUE));
    private static final List<ToFollower> TO_FOLLOWER = List.of(
            new HighWatermarkAlone(1, 1L << 41, 17),
            new Diverging(2, 3, 4),
            new StartAt(3, 1L << 42),
            new Refused(4, Errors.NOT_LEADER_OR_FOLLOWER));

    private static ByteBuffer toLeader() {
        ByteBuffer frame = ByteBuffer.allocate(TO_LEADER.size() * ReplicationCodec.MAX_MESSAGE_BYTES);
        TO_LEADER.forEach(message -> ReplicationCodec.write(frame, message));
        return frame.flip();
    }

    private static ByteBuffer toFollower() {
        ByteBuffer frame = ByteBuffer.allocate(1000);
        ReplicationCodec.write(frame, TO_FOLLOWER.get(0));
        ReplicationCodec.writeRecordsHeader(frame, 9, 10, 11, 12, 3);
        frame.put(new byte[] {1, 2, 3});
        TO_FOLLOWER.subList(1, TO_FOLLOWER.size()).forEach(message -> ReplicationCodec.write(frame, message));
        return frame.flip();
    }

    @Test
    void shouldReadWhatWasWritten() {
        assertThat(ReplicationCodec.readToLeader(toLeader())).isEqualTo(TO_LEADER);

        List<ToFollower> read = ReplicationCodec.readToFollower(toFollower());
        assertThat(read).hasSize(TO_FOLLOWER.size() + 1).containsAll(TO_FOLLOWER);
        assertThat(read.get(1)).isEqualTo(new Records(9, 10, 11, 12, ByteBuffer.wrap(new byte[] {1, 2, 3})));
    }

    @Test
    void shouldNotCopyRecords() {
        ByteBuffer frame = toFollower();
        Records records = (Records) ReplicationCodec.readToFollower(frame).get(1);

        assertThat(records.records().array()).isSameAs(frame.array());
    }

    @Test
    void shouldRefuseAFrameThatEndsInsideAMessage() {
        for (ByteBuffer whole : List.of(toLeader(), toFollower())) {
            int refused = 0;
            for (int length = 1; length < whole.limit(); length++) {
                ByteBuffer cut = whole.duplicate().limit(length);
                try {
                    int count = whole.limit() == toLeader().limit()
                            ? ReplicationCodec.readToLeader(cut).size()
                            : ReplicationCodec.readToFollower(cut).size();
                    assertThat(count).as("whole messages in %s bytes", length).isLessThanOrEqualTo(4);
                } catch (MalformedFrame e) {
                    refused++;
                }
            }
            assertThat(refused).isGreaterThan(whole.limit() - 10);
        }
    }

    @Test
    void shouldRefuseNumbersThatNoLogHas() {
        ByteBuffer frame = ByteBuffer.allocate(100);
        ReplicationCodec.write(frame, new Ack(1, 0, -1));
        assertThatThrownBy(() -> ReplicationCodec.readToLeader(frame.flip())).isInstanceOf(MalformedFrame.class);

        ByteBuffer records = ByteBuffer.allocate(100);
        ReplicationCodec.writeRecordsHeader(records, 9, 10, 11, 12, Integer.MAX_VALUE);
        assertThatThrownBy(() -> ReplicationCodec.readToFollower(records.flip()))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("announced");
    }

    @Test
    void shouldSurviveHostileBytes() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            ByteBuffer frame = random.nextBoolean() ? toLeader() : toFollower();
            for (int change = random.nextInt(4); change >= 0; change--) {
                frame.put(random.nextInt(frame.limit()), (byte) random.nextInt(256));
            }
            try {
                ReplicationCodec.readToLeader(frame.duplicate());
            } catch (MalformedFrame expected) {
                assertThat(expected).hasMessageMatching("(?s).+");
            }
            try {
                ReplicationCodec.readToFollower(frame.duplicate());
            } catch (MalformedFrame expected) {
                assertThat(expected).hasMessageMatching("(?s).+");
            }
        }
    }
}
