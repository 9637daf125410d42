package dev.ahti.replica.replication;

import dev.ahti.model.PartitionId;
import dev.ahti.peer.MalformedFrame;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.replica.replication.ToLeader.Follow;
import dev.ahti.replica.replication.ToLeader.Unfollow;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.util.ByteString;

/**
 * Everything that this broker follows at one other, over the connection that this broker dialled. What comes goes to the
 * partitions at once: how much that can be is bounded by the {@link FollowerFeed} at the other end.
 */
public final class LeaderLink implements PeerHandler {
    private static final int MAX_MESSAGES_IN_ONE_FRAME = 1024;

    private final PeerConnection connection;
    private final Runnable onClosed;
    private final AtomicInteger lastNumber = new AtomicInteger();
    private final Map<Integer, LeaderStream> streams = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<ToLeader> requests = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<LeaderStream> acknowledging = new ConcurrentLinkedQueue<>();

    LeaderLink(PeerConnection connection, Runnable onClosed) {
        this.connection = connection;
        this.onClosed = onClosed;
    }

    /**
     * Opens a stream. From any thread.
     *
     * @param lastEpoch leader epoch of the last record, -1 where there is none
     */
    public LeaderStream follow(
            FollowedPartition follower,
            PartitionId partition,
            int leaderEpoch,
            Uuid incarnation,
            long logStartOffset,
            long logEndOffset,
            int lastEpoch) {
        LeaderStream stream = new LeaderStream(this, lastNumber.incrementAndGet(), follower);
        streams.put(stream.number(), stream);
        requests.add(new Follow(
                stream.number(), partition, leaderEpoch, incarnation, logStartOffset, logEndOffset, lastEpoch));
        connection.wake();
        return stream;
    }

    void unfollow(LeaderStream stream) {
        if (streams.remove(stream.number(), stream)) {
            requests.add(new Unfollow(stream.number()));
            connection.wake();
        }
    }

    void acknowledges(LeaderStream stream) {
        acknowledging.add(stream);
        connection.wake();
    }

    @Override
    public void onFrame(ByteBuffer frame) {
        try {
            for (ToFollower message : ReplicationCodec.readToFollower(frame)) {
                LeaderStream stream = streams.get(message.stream());
                if (stream != null) {
                    if (message.endsStream()) {
                        streams.remove(stream.number());
                    }
                    stream.partition().take(stream, message);
                }
            }
        } catch (MalformedFrame e) {
            connection.close(e.getMessage());
        }
    }

    @Override
    public ByteString next() {
        int count = Math.min(requests.size() + acknowledging.size(), MAX_MESSAGES_IN_ONE_FRAME);
        if (count == 0) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.allocate(count * ReplicationCodec.MAX_MESSAGE_BYTES);
        for (int i = 0; i < count; i++) {
            // First that a stream is opened, then what it has acknowledged.
            ToLeader request = requests.poll();
            ReplicationCodec.write(
                    buffer, request != null ? request : acknowledging.remove().takeAcknowledged());
        }
        return ByteString.fromArrayUnsafe(buffer.array(), 0, buffer.position());
    }

    @Override
    public void onClosed() {
        streams.clear();
        onClosed.run();
    }
}
