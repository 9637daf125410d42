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

    /** Leader epoch of the record at an offset, or -1 where unknown. */
    int epochOf(long offset);

    EpochEnd endOfEpoch(int leaderEpoch);

    /** May read files, like {@link #maxTimestamp}. */
    Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long endOffset) throws IOException;

    Optional<TimestampOffset> maxTimestamp() throws IOException;

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
            public int epochOf(long offset) {
                return log.epochOf(offset);
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
