package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What a partition's log says about its producers: epochs, the last batches of each, open transactions. Always derived
 * from the log, so that every replica has the same. Kept in Kafka's {@code .snapshot} files so that a start need not
 * read the whole log.
 *
 * <p>An append is two steps, around the write: {@link #check} changes nothing, {@link #commit} cannot refuse. Used by
 * the log's writer alone, but for {@link #lastStableOffset} and {@link #all}.
 */
final class ProducerStates {
    private static final short UNKNOWN_TRANSACTION_VERSION = -1;

    private final long expirationMs;
    private final ProducerRules rules;
    private final ProducerSnapshots snapshots;
    private final Map<Long, ProducerState> producers = new ConcurrentHashMap<>();
    private final OpenTransactions transactions = new OpenTransactions();
    private long endOffset;
    private long snapshotOffset;

    /** @param expirationMs {@code producer.id.expiration.ms} */
    ProducerStates(TopicPartition partition, Path directory, long expirationMs) throws IOException {
        this.rules = new ProducerRules(partition);
        this.snapshots = new ProducerSnapshots(directory);
        this.expirationMs = expirationMs;
    }

    boolean knows(long producerId) {
        return producers.containsKey(producerId);
    }

    /**
     * Checks batches that have their offsets already and are about to be written.
     *
     * @param transactionVersion of the coordinator that writes an end marker (KIP-890); -1 where there is none
     * @throws org.apache.kafka.common.errors.ApiException what the producer is to be told
     */
    ProducerAppend check(Iterable<? extends RecordBatch> batches, AppendOrigin origin, short transactionVersion) {
        ProducerAppend append = new ProducerAppend(endOffset);
        for (RecordBatch batch : batches) {
            append.endOffset(batch.lastOffset() + 1);
            if (batch.hasProducerId()) {
                ProducerState known = producers.get(batch.producerId());
                AppendedBatch original =
                        origin == AppendOrigin.CLIENT && known != null ? known.duplicateOf(batch) : null;
                if (original != null) {
                    return new ProducerAppend(original);
                }
                ProducerState committed = known == null ? ProducerState.empty(batch.producerId()) : known;
                rules.add(append, committed, batch, origin, transactionVersion);
            }
        }
        return append;
    }

    /**
     * The batches are in the log.
     *
     * @return aborted transactions to be written to the segment's transaction index, before the new last stable offset
     *     is published
     */
    List<AbortedTxn> commit(ProducerAppend append) {
        if (append.duplicate().isPresent()) {
            throw new IllegalArgumentException("a duplicate is not appended");
        }
        producers.putAll(append.producers());
        for (ProducerState state : append.startedTransactions()) {
            transactions.start(state.transactionFirstOffset(), state.producerId());
        }
        List<AbortedTxn> aborted = List.of();
        for (CompletedTxn completed : append.completedTransactions()) {
            long stable = transactions.complete(completed);
            if (completed.aborted()) {
                aborted = aborted.isEmpty() ? new ArrayList<>(1) : aborted;
                aborted.add(new AbortedTxn(
                        completed.producerId(), completed.firstOffset(), completed.lastOffset(), stable));
            }
        }
        endOffset = append.endOffset();
        return aborted;
    }

    /** One batch of our own log, read back after a start or a truncation: checked and committed in one. */
    List<AbortedTxn> replay(RecordBatch batch) {
        return commit(check(List.of(batch), AppendOrigin.REPLICATION, UNKNOWN_TRANSACTION_VERSION));
    }

    /** Offset up to which the log is reflected here. */
    long endOffset() {
        return endOffset;
    }

    /** Everything before this offset is reflected here (batches without producers need no {@link #replay}). */
    void endOffset(long offset) {
        endOffset = offset;
    }

    /**
     * Forgets what is behind {@code logEndOffset}: deletes the snapshots behind it and, where the state has changed, loads
     * the latest at or below it. The caller then replays the log from {@link #endOffset()} on.
     */
    void truncateAndReload(long logStartOffset, long logEndOffset, long nowMs) throws IOException {
        for (long offset : snapshots.all()) {
            if (offset > logEndOffset || offset <= logStartOffset) {
                snapshots.delete(offset);
            }
        }
        if (logEndOffset == endOffset) {
            logStartRaised(logStartOffset);
            return;
        }
        producers.clear();
        transactions.clear();
        List<ProducerState> loaded = null;
        while (loaded == null && snapshots.latest() >= 0) {
            loaded = snapshots.readLatestOrDelete();
        }
        snapshotOffset = loaded == null ? logStartOffset : snapshots.latest();
        endOffset = snapshotOffset;
        for (ProducerState state : loaded == null ? List.<ProducerState>of() : loaded) {
            if (!isExpired(state, nowMs)) {
                producers.put(state.producerId(), state);
                if (state.hasTransaction()) {
                    transactions.start(state.transactionFirstOffset(), state.producerId());
                }
            }
        }
    }

    /** Forgets everything and deletes all snapshots. */
    void truncateFullyAndStartAt(long offset) throws IOException {
        producers.clear();
        transactions.clear();
        snapshots.deleteAll();
        snapshotOffset = 0;
        endOffset = offset;
    }

    /** Smallest offset of an open transaction, or of one whose marker is not below the high watermark; else the latter. */
    long lastStableOffset(long highWatermark) {
        return transactions.lastStableOffset(highWatermark);
    }

    /** First offset of the oldest open transaction. */
    OptionalLong firstUndecidedOffset() {
        return transactions.firstOpen();
    }

    /** The log begins later: snapshots are the caller's to delete, producers stay. */
    void logStartRaised(long logStartOffset) {
        transactions.forgetReplicated(logStartOffset);
        endOffset = Math.max(endOffset, logStartOffset);
        snapshotOffset = snapshots.latest() < 0 ? logStartOffset : snapshots.latest();
    }

    /** Forgets producers that wrote nothing for {@code producer.id.expiration.ms} and have no open transaction. */
    void removeExpired(long nowMs) {
        producers.values().removeIf(state -> isExpired(state, nowMs));
    }

    private boolean isExpired(ProducerState state, long nowMs) {
        return !state.hasTransaction() && nowMs - state.lastTimestampMs() >= expirationMs;
    }

    int size() {
        return producers.size();
    }

    Optional<ProducerState> producer(long producerId) {
        return Optional.ofNullable(producers.get(producerId));
    }

    /** For DescribeProducers; from any thread. */
    Collection<ProducerState> all() {
        return Collections.unmodifiableCollection(producers.values());
    }

    /**
     * Writes a snapshot at {@link #endOffset()}, unless there is one: at each roll and at close.
     *
     * @param sync forces it to the disk: where a clean shutdown will be believed
     */
    void takeSnapshot(boolean sync) throws IOException {
        if (endOffset > snapshotOffset) {
            snapshots.write(endOffset, producers.values(), sync);
            snapshotOffset = endOffset;
        }
    }

    /** The snapshot file at an offset, for the segment that goes with it. */
    Optional<Path> snapshot(long offset) {
        return snapshots.exists(offset) ? Optional.of(snapshots.file(offset)) : Optional.empty();
    }

    OptionalLong latestSnapshotOffset() {
        return snapshots.latest() < 0 ? OptionalLong.empty() : OptionalLong.of(snapshots.latest());
    }

    void deleteSnapshotsBefore(long offset) throws IOException {
        snapshots.deleteBefore(offset);
    }

    void deleteSnapshot(long offset) throws IOException {
        snapshots.delete(offset);
    }

    /** Deletes snapshots that belong to no segment, but for one behind all of them: a clean close left it. */
    void removeStraySnapshots(Collection<Long> segmentBaseOffsets) throws IOException {
        long lastSegment = segmentBaseOffsets.isEmpty() ? -1 : Collections.max(segmentBaseOffsets);
        for (long offset : snapshots.all()) {
            boolean closing = offset > lastSegment && offset == snapshots.latest();
            if (!closing && !segmentBaseOffsets.contains(offset)) {
                snapshots.delete(offset);
            }
        }
    }
}
