package dev.ahti.log;

/**
 * What an append did.
 *
 * @param firstOffset offset of the first record; of the original batch where this one is a duplicate
 * @param lastOffset offset of the last record
 * @param logAppendTimeMs the time written into the batches, or -1 unless the topic uses LogAppendTime
 * @param duplicate true if the batch of an idempotent producer was in the log already, and was not appended again
 */
public record LogAppend(long firstOffset, long lastOffset, long logAppendTimeMs, boolean duplicate) {}
