package dev.ahti.replica.replication;

import dev.ahti.model.PartitionId;
import org.apache.kafka.common.Uuid;

/**
 * What a follower says to a leader. {@link Follow} opens a stream under a number of the follower's choosing; all else, in
 * both directions, names the stream by it. So what was sent for an earlier state of the follower's log, or in an earlier
 * leader epoch, is never taken for the present one's.
 */
public sealed interface ToLeader {

    int stream();

    /**
     * Send me what comes after my log end. Accepted without a word: records and the high watermark follow.
     *
     * @param incarnation under which the follower is registered: what it has counts for this member of the ISR alone
     * @param lastEpoch leader epoch of the last record before {@code logEndOffset}, -1 where the log holds no record
     */
    record Follow(
            int stream,
            PartitionId partition,
            int leaderEpoch,
            Uuid incarnation,
            long logStartOffset,
            long logEndOffset,
            int lastEpoch)
            implements ToLeader {}

    /**
     * The follower has everything below {@code logEndOffset}, in a topic that is synced before it counts on its disk; and
     * nothing below {@code logStartOffset} any more.
     */
    record Ack(int stream, long logStartOffset, long logEndOffset) implements ToLeader {}

    record Unfollow(int stream) implements ToLeader {}
}
