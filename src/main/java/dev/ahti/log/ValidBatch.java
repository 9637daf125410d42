package dev.ahti.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * One batch that passed {@link BatchValidation}: the producer's own bytes, or rebuilt ones where the topic's compression
 * differs. {@link #assign} is to be called once, before the others are read.
 */
final class ValidBatch {
    private static final long NO_TIMESTAMP = -1;

    private final MemoryRecords records;
    private final ByteBuffer buffer;
    private final int at;
    private final long logAppendTimeMs;

    /** @param logAppendTimeMs the time to write into the batch, or -1 to leave its timestamps */
    ValidBatch(MemoryRecords records, long logAppendTimeMs) {
        this.records = records;
        this.buffer = records.buffer();
        this.at = buffer.position();
        this.logAppendTimeMs = logAppendTimeMs;
    }

    /** Writes offsets, leader epoch and, for LogAppendTime, the time into the batch, in place. */
    ValidBatch assign(long firstOffset, int leaderEpoch) {
        Batches.setBaseOffset(buffer, at, firstOffset);
        Batches.setLeaderEpoch(buffer, at, leaderEpoch);
        if (logAppendTimeMs != NO_TIMESTAMP) {
            Batches.setLogAppendTime(buffer, at, logAppendTimeMs);
        }
        return this;
    }

    /** What to write to the segment. */
    MemoryRecords records() {
        return records;
    }

    /** The same as a batch, for {@link ProducerStates}. */
    MutableRecordBatch batch() {
        return records.batches().iterator().next();
    }

    int sizeInBytes() {
        return records.sizeInBytes();
    }

    long firstOffset() {
        return Batches.baseOffset(buffer, at);
    }

    long lastOffset() {
        return Batches.lastOffset(buffer, at);
    }

    long maxTimestampMs() {
        return Batches.maxTimestamp(buffer, at);
    }

    /** The batch's last offset: which record it is the header does not tell, and the time index needs no more. */
    long offsetOfMaxTimestamp() {
        return lastOffset();
    }

    /** The time written into the batch, or -1 unless the topic uses LogAppendTime. */
    long logAppendTimeMs() {
        return logAppendTimeMs;
    }
}
