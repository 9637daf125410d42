package dev.ahti.replica.replication;

import dev.ahti.model.PartitionId;
import dev.ahti.peer.MalformedFrame;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.replica.replication.ToFollower.HighWatermarkAlone;
import dev.ahti.replica.replication.ToFollower.Refused;
import dev.ahti.replica.replication.ToFollower.StartAt;
import dev.ahti.replica.replication.ToLeader.Ack;
import dev.ahti.replica.replication.ToLeader.Follow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that one other broker follows here, over the connection that it dialled. Records are read from the log when
 * the socket has room, so that nothing waits in memory; partitions take turns, and those in which nothing happens cost
 * nothing. What is sent and not acknowledged is bounded, for each partition and in all.
 */
final class FollowerFeed implements PeerHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FollowerFeed.class);

    /** What a frame is filled to; its last batch may reach beyond. */
    static final int FRAME_BYTES = 1 << 20;
    /** Of one partition in one frame, while others wait for their turn. */
    static final int SHARE_BYTES = 256 << 10;

    static final int STREAM_WINDOW_BYTES = 4 << 20;
    static final int CONNECTION_WINDOW_BYTES = 64 << 20;
    private static final int MAX_REPLIES_IN_ONE_FRAME = 1024;

    private final PeerConnection connection;
    private final Function<PartitionId, LedPartition> partitions;
    private final Runnable onClosed;
    private final Map<Integer, FollowerStream> streams = new HashMap<>();
    private final Map<PartitionId, FollowerStream> byPartition = new HashMap<>();
    private final ArrayDeque<ToFollower> replies = new ArrayDeque<>();
    /** Those whose turn came while too much was in flight in all. */
    private final ArrayDeque<FollowerStream> blocked = new ArrayDeque<>();

    private final ConcurrentLinkedQueue<FollowerStream> ready = new ConcurrentLinkedQueue<>();
    private final LateStreams late;
    private long bytesInFlight;

    /** @param partitions the open replicas of this broker; null for what is not open here */
    FollowerFeed(
            PeerConnection connection, Function<PartitionId, LedPartition> partitions, Later later, Runnable onClosed) {
        this.connection = connection;
        this.partitions = partitions;
        this.late = new LateStreams(later, connection::wake);
        this.onClosed = onClosed;
    }

    void isReady(FollowerStream stream) {
        ready.add(stream);
        connection.wake();
    }

    void isLate(FollowerStream stream) {
        late.add(stream);
    }

    @Override
    public void onFrame(ByteBuffer frame) {
        try {
            for (ToLeader message : ReplicationCodec.readToLeader(frame)) {
                if (message instanceof Ack ack) {
                    onAck(ack);
                } else if (message instanceof Follow follow) {
                    onFollow(follow);
                } else {
                    end(streams.get(message.stream()));
                }
            }
        } catch (MalformedFrame e) {
            connection.close(e.getMessage());
        }
    }

    private void onFollow(Follow follow) {
        end(streams.get(follow.stream()));
        end(byPartition.get(follow.partition()));
        LedPartition partition = partitions.apply(follow.partition());
        ToFollower obstacle = obstacle(partition, follow);
        if (obstacle != null) {
            reply(obstacle);
            return;
        }
        FollowerStream stream =
                new FollowerStream(this, connection.peer().broker(), follow, partition, STREAM_WINDOW_BYTES);
        streams.put(follow.stream(), stream);
        byPartition.put(follow.partition(), stream);
        partition.add(stream);
        stream.report(follow.logStartOffset(), follow.logEndOffset());
        // Looked at once more after it was added: whatever happened before is seen now, what happens later wakes it.
        stream.wake();
        stream.highWatermarkRaised();
    }

    /** Null where the follower may go on from its log end. */
    private static ToFollower obstacle(LedPartition partition, Follow follow) {
        if (partition == null) {
            // Created or opened here a little later than there: never dropped, the follower asks again.
            return new Refused(follow.stream(), Errors.UNKNOWN_TOPIC_ID);
        }
        Errors refusal = refusal(partition, follow.leaderEpoch());
        if (refusal != Errors.NONE) {
            return new Refused(follow.stream(), refusal);
        }
        try {
            ToFollower obstacle = FollowPosition.obstacle(partition.log(), follow);
            // A log that is not led any more may have been cut while we looked.
            Errors lost = refusal(partition, follow.leaderEpoch());
            return lost == Errors.NONE ? obstacle : new Refused(follow.stream(), lost);
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: a follower cannot be placed", partition.log().topicPartition(), e);
            return new Refused(follow.stream(), Errors.forException(e));
        }
    }

    private static Errors refusal(LedPartition partition, int followersEpoch) {
        int leading = partition.leadingEpoch();
        if (leading == followersEpoch) {
            return Errors.NONE;
        }
        if (leading < 0) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        return leading > followersEpoch ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }

    private void onAck(Ack ack) {
        FollowerStream stream = streams.get(ack.stream());
        if (stream == null) {
            return;
        }
        bytesInFlight -= stream.acknowledged(ack);
        if (stream.isBehind()) {
            stream.wake();
        }
        unblock();
    }

    private void unblock() {
        while (!blocked.isEmpty() && bytesInFlight < CONNECTION_WINDOW_BYTES) {
            blocked.poll().wake();
        }
    }

    private void reply(ToFollower message) {
        replies.add(message);
        connection.wake();
    }

    private void end(FollowerStream stream) {
        if (stream == null || stream.hasEnded()) {
            return;
        }
        stream.end();
        streams.remove(stream.follow().stream(), stream);
        byPartition.remove(stream.follow().partition(), stream);
        stream.partition().remove(stream);
        bytesInFlight -= stream.bytesInFlight();
        unblock();
    }

    private void end(FollowerStream stream, ToFollower why) {
        end(stream);
        replies.add(why);
    }

    @Override
    public ByteString next() {
        collectLate();
        ByteString frame = ByteString.emptyByteString();
        FollowerStream stream;
        while (frame.size() < FRAME_BYTES && (stream = ready.poll()) != null) {
            ByteString records = takeTurn(stream, FRAME_BYTES - frame.size());
            if (records != null) {
                frame = frame.concat(records);
            }
        }
        if (!replies.isEmpty()) {
            // Behind the records: what ends a stream comes last on it.
            frame = frame.concat(writeReplies());
        }
        return frame.isEmpty() ? null : frame;
    }

    private void collectLate() {
        FollowerStream stream;
        while ((stream = late.nextOverdue()) != null) {
            HighWatermarkAlone alone = stream.lateHighWatermark();
            if (alone != null) {
                replies.add(alone);
            }
        }
    }

    private ByteString writeReplies() {
        int count = Math.min(replies.size(), MAX_REPLIES_IN_ONE_FRAME);
        ByteBuffer buffer = ByteBuffer.allocate(count * ReplicationCodec.MAX_MESSAGE_BYTES);
        for (int i = 0; i < count; i++) {
            ReplicationCodec.write(buffer, replies.poll());
        }
        return ByteString.fromArrayUnsafe(buffer.array(), 0, buffer.position());
    }

    private ByteString takeTurn(FollowerStream stream, int frameRoom) {
        stream.beginTurn();
        if (stream.hasEnded()) {
            return null;
        }
        if (bytesInFlight >= CONNECTION_WINDOW_BYTES) {
            blocked.add(stream);
            return null;
        }
        int room = Math.min(stream.room(), ready.isEmpty() ? frameRoom : Math.min(frameRoom, SHARE_BYTES));
        if (room == 0 && stream.isLed()) {
            return null; // An acknowledgement brings it back.
        }
        ByteString records = null;
        try {
            long before = stream.bytesInFlight();
            records = stream.isLed() ? stream.nextRecords(room) : null;
            bytesInFlight += stream.bytesInFlight() - before;
        } catch (OffsetOutOfRangeException e) {
            startAgain(stream);
        } catch (IOException | RuntimeException e) {
            readFailed(stream, e);
        }
        if (!stream.hasEnded() && !stream.isLed()) {
            // Looked at after reading: what was read may not be this epoch's any more.
            end(stream, new Refused(stream.follow().stream(), Errors.NOT_LEADER_OR_FOLLOWER));
            return null;
        }
        if (records != null && stream.isBehind()) {
            stream.wake();
        }
        return records;
    }

    /** Retention or DeleteRecords has overtaken the follower. */
    private void startAgain(FollowerStream stream) {
        int number = stream.follow().stream();
        try {
            end(
                    stream,
                    new StartAt(number, FollowPosition.start(stream.partition().log())));
        } catch (IOException e) {
            readFailed(stream, e);
        }
    }

    private void readFailed(FollowerStream stream, Exception failure) {
        if (stream.isLed()) {
            LOG.error(
                    "{}: cannot be read for a follower",
                    stream.partition().log().topicPartition(),
                    failure);
            end(stream, new Refused(stream.follow().stream(), Errors.KAFKA_STORAGE_ERROR));
        }
    }

    @Override
    public void onClosed() {
        for (FollowerStream stream : streams.values().toArray(new FollowerStream[0])) {
            end(stream);
        }
        onClosed.run();
    }
}
