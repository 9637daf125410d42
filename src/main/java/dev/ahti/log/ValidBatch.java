package dev.ahti.log;

import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * One batch that passed {@link BatchValidation}: the producer's own bytes, or rebuilt ones where the topic's compression
 * differs. {@link #assign} is to be called once, before the others are read.
 */
final class ValidBatch {

    /** Writes offsets, leader epoch and, for LogAppendTime, the time into the batch, in place. */
    ValidBatch assign(long firstOffset, int leaderEpoch) {
        throw new UnsupportedOperationException();
    }

    /** What to write to the segment. */
    MemoryRecords records() {
        throw new UnsupportedOperationException();
    }

    /** The same as a batch, for {@link ProducerStates}. */
    MutableRecordBatch batch() {
        throw new UnsupportedOperationException();
    }

    int sizeInBytes() {
        throw new UnsupportedOperationException();
    }

    long firstOffset() {
        throw new UnsupportedOperationException();
    }

    long lastOffset() {
        throw new UnsupportedOperationException();
    }

    long maxTimestampMs() {
        throw new UnsupportedOperationException();
    }

    /** The batch's last offset: which record it is the header does not tell, and the time index needs no more. */
    long offsetOfMaxTimestamp() {
        throw new UnsupportedOperationException();
    }

    /** The time written into the batch, or -1 unless the topic uses LogAppendTime. */
    long logAppendTimeMs() {
        throw new UnsupportedOperationException();
    }
}
