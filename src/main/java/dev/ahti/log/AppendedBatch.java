package dev.ahti.log;

/**
 * What is remembered of a batch of an idempotent producer.
 *
 * @param offsetDelta last offset less first offset
 * @param timestampMs the batch's largest timestamp
 */
record AppendedBatch(int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {

    long firstOffset() {
        return lastOffset - offsetDelta;
    }
}
