package dev.ahti.replica.replication;

import dev.ahti.log.LogRead;
import dev.ahti.log.LogSlice;
import dev.ahti.peer.MalformedFrame;
import dev.ahti.replica.replication.ToFollower.HighWatermarkAlone;
import dev.ahti.replica.replication.ToLeader.Ack;
import dev.ahti.replica.replication.ToLeader.Follow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.util.ByteString;

/**
 * One partition on its way to one follower, in one leader epoch. What the replica's actor calls, it may call from any
 * thread; the rest is the {@link FollowerFeed}'s.
 */
public final class FollowerStream {
    private final FollowerFeed feed;
    private final int broker;
    private final Follow follow;
    private final LedPartition partition;
    private final SendWindow window;
    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicBoolean late = new AtomicBoolean();
    private final AtomicBoolean reporting = new AtomicBoolean();
    /** A batch went out, and another may. */
    private volatile boolean busy;

    private volatile long logStartOffset;
    private volatile long logEndOffset;
    private boolean ended;
    private long nextOffset;
    private long sentHighWatermark = -1;
    private long sentLogStartOffset = -1;

    FollowerStream(FollowerFeed feed, int broker, Follow follow, LedPartition partition, int windowBytes) {
        this.feed = feed;
        this.broker = broker;
        this.follow = follow;
        this.partition = partition;
        this.window = new SendWindow(windowBytes);
        this.logStartOffset = follow.logStartOffset();
        this.logEndOffset = follow.logEndOffset();
        this.nextOffset = follow.logEndOffset();
    }

    public int broker() {
        return broker;
    }

    public Uuid incarnation() {
        return follow.incarnation();
    }

    public int leaderEpoch() {
        return follow.leaderEpoch();
    }

    /** The follower's log end as it was last reported; from now on another one, or another log start, is announced again. */
    public long takeLogEnd() {
        reporting.set(false);
        return logEndOffset;
    }

    /** The follower's log end as it was last reported. */
    public long logEndOffset() {
        return logEndOffset;
    }

    /** The follower's log start as it was last reported. */
    public long logStartOffset() {
        return logStartOffset;
    }

    /** The log may have grown, or the replica leads no more. */
    public void wake() {
        if (!ready.getAndSet(true)) {
            feed.isReady(this);
        }
    }

    /** The high watermark or the log start has risen: it goes with the next batch, or soon alone (rule 14). */
    public void highWatermarkRaised() {
        if (!late.getAndSet(true)) {
            feed.isLate(this);
        }
    }

    Follow follow() {
        return follow;
    }

    LedPartition partition() {
        return partition;
    }

    boolean hasEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }

    void beginTurn() {
        ready.set(false);
    }

    int bytesInFlight() {
        return window.bytesInFlight();
    }

    int room() {
        return window.room();
    }

    boolean isBehind() {
        return nextOffset < partition.log().logEndOffset();
    }

    boolean isLed() {
        return partition.leadingEpoch() == follow.leaderEpoch();
    }

    void report(long newLogStartOffset, long newLogEndOffset) {
        logStartOffset = newLogStartOffset;
        logEndOffset = newLogEndOffset;
        if (!reporting.getAndSet(true)) {
            partition.reported(this);
        }
    }

    /** @return bytes that are in flight no more */
    int acknowledged(Ack ack) {
        long endOffset = ack.logEndOffset();
        if (endOffset < logEndOffset || endOffset > nextOffset) {
            throw new MalformedFrame("broker " + broker + " acknowledges " + endOffset + " of " + follow.partition()
                    + " after " + logEndOffset + ", sent up to " + nextOffset);
        }
        int released = window.acknowledged(endOffset);
        report(ack.logStartOffset(), endOffset);
        return released;
    }

    /**
     * The next batches, as a message; null where there are none.
     *
     * @param maxBytes of records; a first batch goes whole, however large
     * @throws org.apache.kafka.common.errors.OffsetOutOfRangeException the log begins behind what the follower has
     */
    ByteString nextRecords(int maxBytes) throws IOException {
        long highWatermark = partition.highWatermark();
        long logStart = partition.log().logStartOffset();
        LogRead read = partition.log().read(nextOffset, Long.MAX_VALUE, maxBytes, true, false);
        if (!(read.records() instanceof LogSlice slice)) {
            return null;
        }
        byte[] message = new byte[ReplicationCodec.RECORDS_HEADER_BYTES + slice.sizeInBytes()];
        ByteBuffer chunk = ByteBuffer.wrap(message).position(ReplicationCodec.RECORDS_HEADER_BYTES);
        slice.read(0, chunk.duplicate());
        WholeBatches batches = WholeBatches.in(chunk);
        if (batches.bytes() == 0 || batches.baseOffset() < nextOffset) {
            throw new IOException(
                    "no whole batch at " + nextOffset + " of " + partition.log().topicPartition() + ": " + batches);
        }
        ReplicationCodec.writeRecordsHeader(
                chunk.rewind(), follow.stream(), highWatermark, logStart, nextOffset, batches.bytes());
        nextOffset = batches.endOffset();
        window.sent(nextOffset, batches.bytes());
        sentHighWatermark = highWatermark;
        sentLogStartOffset = logStart;
        busy = true;
        return ByteString.fromArrayUnsafe(message, 0, ReplicationCodec.RECORDS_HEADER_BYTES + batches.bytes());
    }

    /** Whether no batch went out since this was asked last: what has risen since then goes with none soon. */
    boolean isQuiet() {
        boolean quiet = !busy;
        busy = false;
        return quiet;
    }

    /** The high watermark alone; null where the follower has been told. */
    HighWatermarkAlone lateHighWatermark() {
        late.set(false);
        long highWatermark = partition.highWatermark();
        long logStart = partition.log().logStartOffset();
        if (ended || !isLed() || (highWatermark <= sentHighWatermark && logStart <= sentLogStartOffset)) {
            return null;
        }
        sentHighWatermark = highWatermark;
        sentLogStartOffset = logStart;
        return new HighWatermarkAlone(follow.stream(), highWatermark, logStart);
    }
}
