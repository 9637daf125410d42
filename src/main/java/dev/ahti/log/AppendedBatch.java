package dev.ahti.log;

import org.apache.kafka.common.record.internal.DefaultRecordBatch;

/**
 * What is remembered of a batch of an idempotent producer.
 *
 * @param offsetDelta last offset less first offset
 * @param timestampMs the batch's largest timestamp
 */
record AppendedBatch(int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {

    /** Sequence numbers go on from 0 after the largest int. */
    int firstSequence() {
        return DefaultRecordBatch.decrementSequence(lastSequence, offsetDelta);
    }

    long firstOffset() {
        return lastOffset - offsetDelta;
    }
}
