package dev.ahti.replica.replication;

import dev.ahti.log.EpochEnd;
import dev.ahti.log.LogRead;
import dev.ahti.log.LogSlice;
import dev.ahti.log.PartitionLog;
import dev.ahti.replica.replication.ToFollower.Diverging;
import dev.ahti.replica.replication.ToFollower.Refused;
import dev.ahti.replica.replication.ToFollower.StartAt;
import dev.ahti.replica.replication.ToLeader.Follow;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/** Whether a follower's log is a beginning of the leader's: the rule of OffsetForLeaderEpoch (KIP-101, KIP-279). */
final class FollowPosition {
    private FollowPosition() {}

    /** What keeps the follower from going on at its log end, or null. */
    static ToFollower obstacle(PartitionLog log, Follow follow) throws IOException {
        long start = log.logStartOffset();
        if (follow.logEndOffset() <= start) {
            long first = start(log);
            if (follow.logEndOffset() != first) {
                return new StartAt(follow.stream(), first);
            }
        }
        if (follow.lastEpoch() < 0) {
            return follow.logEndOffset() > log.logEndOffset() ? new StartAt(follow.stream(), start(log)) : null;
        }
        EpochEnd end = log.endOfEpoch(follow.lastEpoch());
        if (end.leaderEpoch() < 0) {
            // It has records of a later epoch than this leader's: the metadata went back (rule 22). Nothing is thrown
            // away.
            return new Refused(follow.stream(), Errors.UNKNOWN_LEADER_EPOCH);
        }
        boolean diverges = end.leaderEpoch() < follow.lastEpoch() || end.endOffset() < follow.logEndOffset();
        return diverges ? new Diverging(follow.stream(), end.leaderEpoch(), end.endOffset()) : null;
    }

    /** Where a follower begins: DeleteRecords may have put the log start inside a batch, of which it needs the whole. */
    static long start(PartitionLog log) throws IOException {
        long logStart = log.logStartOffset();
        LogRead read = log.read(logStart, Long.MAX_VALUE, Long.BYTES, false, false);
        if (!(read.records() instanceof LogSlice slice) || slice.sizeInBytes() < Long.BYTES) {
            return logStart;
        }
        ByteBuffer baseOffset = ByteBuffer.allocate(Long.BYTES);
        slice.read(0, baseOffset);
        return Math.min(logStart, baseOffset.getLong(0));
    }
}
