package dev.ahti.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.model.PartitionId;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerIdentity;
import dev.ahti.replica.replication.ToFollower.HighWatermarkAlone;
import dev.ahti.replica.replication.ToFollower.Refused;
import dev.ahti.replica.replication.ToLeader.Ack;
import dev.ahti.replica.replication.ToLeader.Follow;
import dev.ahti.replica.replication.ToLeader.Unfollow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class LeaderLinkTest {
    private static final PartitionId PARTITION = new PartitionId(Uuid.randomUuid(), 0);

    private final Connection connection = new Connection();
    private final List<ToFollower> taken = new ArrayList<>();
    private final LeaderLink link = new LeaderLink(connection, () -> {});

    private static final class Connection implements PeerConnection {
        private String closed;

        @Override
        public PeerIdentity peer() {
            return new PeerIdentity(1, Uuid.ZERO_UUID, 1);
        }

        @Override
        public long silentNanos() {
            return 0;
        }

        @Override
        public void wake() {}

        @Override
        public void close(String reason) {
            closed = reason;
        }
    }

    private LeaderStream follow(long logEnd) {
        return link.follow((stream, message) -> taken.add(message), PARTITION, 3, Uuid.ZERO_UUID, 5, logEnd, 2);
    }

    private List<ToLeader> next() {
        ByteString frame = link.next();
        return frame == null ? List.of() : ReplicationCodec.readToLeader(ByteBuffer.wrap(frame.toArray()));
    }

    private void hear(ToFollower message) {
        ByteBuffer frame = ByteBuffer.allocate(ReplicationCodec.MAX_MESSAGE_BYTES);
        ReplicationCodec.write(frame, message);
        link.onFrame(frame.flip());
    }

    @Test
    void shouldSayOnceHowFarItHasCome() {
        LeaderStream stream = follow(10);
        stream.acknowledge(5, 20);
        stream.acknowledge(6, 30);

        assertThat(next())
                .containsExactly(
                        new Follow(stream.number(), PARTITION, 3, Uuid.ZERO_UUID, 5, 10, 2),
                        new Ack(stream.number(), 6, 30));
        assertThat(next()).isEmpty();

        stream.acknowledge(6, 40);
        assertThat(next()).containsExactly(new Ack(stream.number(), 6, 40));
    }

    @Test
    void shouldHearOnlyWhatComesOnStreamsThatAreOpen() {
        LeaderStream first = follow(10);
        LeaderStream second = follow(10);
        first.end();
        first.end();
        assertThat(next()).hasSize(3).endsWith(new Unfollow(first.number()));

        hear(new HighWatermarkAlone(first.number(), 1, 0));
        hear(new HighWatermarkAlone(second.number(), 2, 0));
        hear(new Refused(second.number(), Errors.NOT_LEADER_OR_FOLLOWER));
        hear(new HighWatermarkAlone(second.number(), 3, 0));

        assertThat(taken)
                .containsExactly(
                        new HighWatermarkAlone(second.number(), 2, 0),
                        new Refused(second.number(), Errors.NOT_LEADER_OR_FOLLOWER));
        second.end();
        assertThat(next()).as("the leader has ended it").isEmpty();
    }

    @Test
    void shouldSendALotInSeveralFrames() {
        for (int i = 0; i < 3000; i++) {
            follow(i);
        }

        assertThat(next()).hasSize(1024);
        assertThat(next()).hasSize(1024);
        assertThat(next()).hasSize(952);
        assertThat(next()).isEmpty();
    }

    @Test
    void shouldCloseTheConnectionOnAFrameThatIsNone() {
        link.onFrame(ByteBuffer.wrap(new byte[] {4, 0, 0, 0, 1, 0}));

        assertThat(connection.closed).contains("ends inside");
    }
}
