package dev.ahti.replica.replication;

import dev.ahti.replica.replication.ToLeader.Ack;
import java.util.concurrent.atomic.AtomicBoolean;

/** One partition as it comes from its leader, in one leader epoch, from one log end on. What it offers is for any thread. */
public final class LeaderStream {
    private final LeaderLink link;
    private final int number;
    private final FollowedPartition partition;
    private final AtomicBoolean acknowledging = new AtomicBoolean();
    private volatile long logStartOffset;
    private volatile long logEndOffset;

    LeaderStream(LeaderLink link, int number, FollowedPartition partition) {
        this.link = link;
        this.number = number;
        this.partition = partition;
    }

    /** The follower has everything from the one to the other. Only the latest is sent. */
    public void acknowledge(long newLogStartOffset, long newLogEndOffset) {
        logStartOffset = newLogStartOffset;
        logEndOffset = newLogEndOffset;
        if (!acknowledging.getAndSet(true)) {
            link.acknowledges(this);
        }
    }

    /** Nothing that comes on it is wanted any more. */
    public void end() {
        link.unfollow(this);
    }

    int number() {
        return number;
    }

    FollowedPartition partition() {
        return partition;
    }

    Ack takeAcknowledged() {
        acknowledging.set(false);
        return new Ack(number, logStartOffset, logEndOffset);
    }
}
