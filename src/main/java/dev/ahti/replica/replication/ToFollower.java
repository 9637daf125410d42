package dev.ahti.replica.replication;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/** What a leader sends on a stream that a {@link ToLeader.Follow} has opened. */
public sealed interface ToFollower {

    int stream();

    /** Whether nothing comes after it: the follower opens another stream. */
    default boolean endsStream() {
        return !(this instanceof Records || this instanceof HighWatermarkAlone);
    }

    /**
     * Whole batches as they are in the leader's log.
     *
     * @param startOffset the follower's log end before it appends them
     */
    record Records(int stream, long highWatermark, long logStartOffset, long startOffset, ByteBuffer records)
            implements ToFollower {}

    /** Sent alone where no batch followed soon (rule 14). */
    record HighWatermarkAlone(int stream, long highWatermark, long logStartOffset) implements ToFollower {}

    /** The logs part: {@code epoch}, the leader's latest up to the follower's last one, ends at {@code endOffset} (KIP-101). */
    record Diverging(int stream, int epoch, long endOffset) implements ToFollower {}

    /** The leader has deleted what comes after the follower's log end: begin anew at this offset. */
    record StartAt(int stream, long offset) implements ToFollower {}

    /** Not now: the follower asks again when its image changes, or after a while. */
    record Refused(int stream, Errors error) implements ToFollower {}
}
