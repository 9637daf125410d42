package dev.ahti.api.records;

import dev.ahti.log.EpochEnd;
import dev.ahti.log.PartitionLog;
import dev.ahti.log.TimestampOffset;
import java.io.IOException;
import java.util.Optional;

/** What ListOffsets and OffsetForLeaderEpoch ask of a partition's log. */
interface PartitionOffsets {

    long logStartOffset();

    long lastStableOffset(long highWatermark);

    int latestEpoch();

    EpochEnd endOfEpoch(int leaderEpoch);

    /** May read files, like {@link #maxTimestamp}. */
    Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long endOffset) throws IOException;

    Optional<TimestampOffset> maxTimestamp() throws IOException;

    /** The leader epoch of the record at {@code offset}, or that a record there would have; -1 where unknown. */
    default int epochAt(long offset) {
        int epoch = latestEpoch();
        while (epoch > 0) {
            EpochEnd before = endOfEpoch(epoch - 1);
            if (before.endOffset() <= offset || before.leaderEpoch() < 0 || before.leaderEpoch() >= epoch) {
                return epoch;
            }
            epoch = before.leaderEpoch();
        }
        return epoch;
    }

    static PartitionOffsets of(PartitionLog log) {
        return new PartitionOffsets() {
            @Override
            public long logStartOffset() {
                return log.logStartOffset();
            }

            @Override
            public long lastStableOffset(long highWatermark) {
                return log.lastStableOffset(highWatermark);
            }

            @Override
            public int latestEpoch() {
                return log.latestEpoch();
            }

            @Override
            public EpochEnd endOfEpoch(int leaderEpoch) {
                return log.endOfEpoch(leaderEpoch);
            }

            @Override
            public Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long endOffset) throws IOException {
                return log.offsetForTimestamp(timestampMs, endOffset);
            }

            @Override
            public Optional<TimestampOffset> maxTimestamp() throws IOException {
                return log.maxTimestamp();
            }
        };
    }
}
