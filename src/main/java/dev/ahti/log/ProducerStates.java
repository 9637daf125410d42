package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What a partition's log says about its producers: epochs, the last batches of each, open transactions. Always derived
 * from the log, so that every replica has the same. Kept in Kafka's {@code .snapshot} files so that a start need not
 * read the whole log.
 *
 * <p>An append is two steps, around the write: {@link #check} changes nothing, {@link #commit} cannot refuse. Used by
 * the log's writer alone, but for {@link #lastStableOffset}.
 */
final class ProducerStates {

    /** @param expirationMs {@code producer.id.expiration.ms} */
    ProducerStates(TopicPartition partition, Path directory, long expirationMs) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Checks batches that have their offsets already and are about to be written.
     *
     * @param transactionVersion of the coordinator that writes an end marker (KIP-890); -1 where unknown
     * @throws org.apache.kafka.common.errors.ApiException what the producer is to be told
     */
    ProducerAppend check(Iterable<? extends RecordBatch> batches, AppendOrigin origin, short transactionVersion) {
        throw new UnsupportedOperationException();
    }

    /**
     * The batches are in the log.
     *
     * @return aborted transactions to be written to the segment's transaction index, before the new last stable offset
     *     is published
     */
    List<AbortedTxn> commit(ProducerAppend append) {
        throw new UnsupportedOperationException();
    }

    /** One batch of our own log, read back after a start or a truncation: checked and committed in one. */
    List<AbortedTxn> replay(RecordBatch batch) {
        throw new UnsupportedOperationException();
    }

    /** Offset up to which the log is reflected here. */
    long endOffset() {
        throw new UnsupportedOperationException();
    }

    /** Everything before this offset is reflected here (batches without producers need no {@link #replay}). */
    void endOffset(long offset) {
        throw new UnsupportedOperationException();
    }

    /**
     * Forgets what is behind {@code logEndOffset}: deletes the snapshots behind it and, where the state has changed, loads
     * the latest at or below it. The caller then replays the log from {@link #endOffset()} on.
     */
    void truncateAndReload(long logStartOffset, long logEndOffset, long nowMs) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Forgets everything and deletes all snapshots. */
    void truncateFullyAndStartAt(long offset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Smallest offset of an open transaction, or of one whose marker is not below the high watermark; else the latter. */
    long lastStableOffset(long highWatermark) {
        throw new UnsupportedOperationException();
    }

    /** First offset of the oldest open transaction. */
    OptionalLong firstUndecidedOffset() {
        throw new UnsupportedOperationException();
    }

    /** The log begins later: snapshots are the caller's to delete, producers stay. */
    void logStartRaised(long logStartOffset) {
        throw new UnsupportedOperationException();
    }

    /** Forgets producers that wrote nothing for {@code producer.id.expiration.ms} and have no open transaction. */
    void removeExpired(long nowMs) {
        throw new UnsupportedOperationException();
    }

    int size() {
        throw new UnsupportedOperationException();
    }

    /** For DescribeProducers. */
    Optional<ProducerState> producer(long producerId) {
        throw new UnsupportedOperationException();
    }

    /** Writes a snapshot at {@link #endOffset()}, unless there is one: at each roll and at close. */
    void takeSnapshot(boolean sync) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** The snapshot file at an offset, for the segment that goes with it. */
    Optional<Path> snapshot(long offset) {
        throw new UnsupportedOperationException();
    }

    OptionalLong latestSnapshotOffset() {
        throw new UnsupportedOperationException();
    }

    void deleteSnapshotsBefore(long offset) throws IOException {
        throw new UnsupportedOperationException();
    }

    void deleteSnapshot(long offset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Deletes snapshots that belong to no segment, but for one behind all of them: a clean close left it. */
    void removeStraySnapshots(Iterable<Long> segmentBaseOffsets) throws IOException {
        throw new UnsupportedOperationException();
    }
}
