package dev.ahti.log;

import java.io.IOException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Cuts a log at its end, where a follower differs from its leader, or at its start: segments, leader epochs and producer
 * state together. Under the log's {@link WriteGuard}.
 */
final class LogTruncation {
    private final TopicPartition partition;
    private final Time time;
    private final LocalLog local;
    private final ProducerStates producers;
    private final LeaderEpochs epochs;
    private final Runnable recoveryPointLowered;

    /** @param recoveryPointLowered is told when the recovery point in the directory's checkpoint is too high */
    LogTruncation(
            TopicPartition partition,
            Time time,
            LocalLog local,
            ProducerStates producers,
            LeaderEpochs epochs,
            Runnable recoveryPointLowered) {
        this.partition = partition;
        this.time = time;
        this.local = local;
        this.producers = producers;
        this.epochs = epochs;
        this.recoveryPointLowered = recoveryPointLowered;
    }

    void truncateTo(long offset, LogConfig config) throws IOException {
        if (offset < local.segments().all()[0].baseOffset()) {
            truncateFullyAndStartAt(offset, config);
            return;
        }
        // Also where nothing is cut off: this replica may have begun an epoch as leader, and written nothing in it.
        epochs.truncateFromEnd(Math.min(offset, local.endOffset()));
        if (offset < local.endOffset()) {
            long recoveryPoint = local.recoveryPoint();
            local.truncateTo(offset, config);
            producers.truncateAndReload(local.startOffset(), offset, time.milliseconds());
            ProducerReplay.replay(local.segments(), producers);
            truncated(recoveryPoint);
        }
    }

    void truncateFullyAndStartAt(long offset, LogConfig config) throws IOException {
        long recoveryPoint = local.recoveryPoint();
        local.truncateFullyAndStartAt(offset, config);
        epochs.clear();
        producers.truncateFullyAndStartAt(offset);
        truncated(recoveryPoint);
    }

    /** The epochs' file must not name what was cut off when other records come to stand there. */
    private void truncated(long recoveryPointBefore) throws IOException {
        epochs.flushWhatWasCut(local::endOffset);
        if (local.recoveryPoint() < recoveryPointBefore) {
            recoveryPointLowered.run();
        }
    }

    void raiseStartOffset(long offset, LogConfig config) throws IOException {
        if (offset > local.endOffset()) {
            throw new OffsetOutOfRangeException(
                    offset + " is beyond the log end " + local.endOffset() + " of " + partition);
        }
        if (offset > local.startOffset()) {
            local.raiseStartOffset(offset);
            epochs.truncateFromStart(offset);
            producers.logStartRaised(offset);
            deleteSegmentsBelow(offset, config);
        }
    }

    void deleteSegmentsBelow(long offset, LogConfig config) throws IOException {
        int index = local.segments().indexOf(offset);
        if (index > 0) {
            producers.deleteSnapshotsBefore(local.segments().all()[index].baseOffset());
            local.deleteSegmentsBefore(index, config);
        }
    }
}
