package dev.ahti.replica;

/**
 * The offset below which records are on every in-sync replica. Raised, never stored: a late or repeated report cannot
 * lower it (rule 12). It goes back only with the log itself, when a follower is cut at the beginning of an epoch. Used by
 * its replica's actor alone.
 */
final class HighWatermark {
    private long value;

    /** As checkpointed, but within the log: a crash may have cut its tail, DeleteRecords may have raised its start. */
    HighWatermark(long checkpointed, long logStartOffset, long logEndOffset) {
        this.value = Math.min(Math.max(checkpointed, logStartOffset), logEndOffset);
    }

    long value() {
        return value;
    }

    /** @return whether it has moved */
    boolean raiseTo(long offset) {
        if (offset <= value) {
            return false;
        }
        value = offset;
        return true;
    }

    /** The log was cut. */
    void keepWithin(long logStartOffset, long logEndOffset) {
        value = Math.min(Math.max(value, logStartOffset), logEndOffset);
    }
}
