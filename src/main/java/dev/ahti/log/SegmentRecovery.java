package dev.ahti.log;

import dev.ahti.log.BatchScanner.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.FileRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One walk over a segment after an end that was not in order. Cuts it at the first batch that is not whole and sound, and
 * makes anew on the way what follows from the batches: indexes, leader epochs, producer state.
 */
final class SegmentRecovery {
    private static final Logger log = LoggerFactory.getLogger(SegmentRecovery.class);

    private final LogSegment segment;
    private final LeaderEpochs epochs;
    private final ProducerStates producers;
    private final int indexInterval;
    private final boolean everyChecksum;
    private final long logStartOffset;
    private int end;
    private long endOffset;

    /** @param everyChecksum or else that of the last batch alone, and headers that chain up to the end */
    SegmentRecovery(
            LogSegment segment,
            LeaderEpochs epochs,
            ProducerStates producers,
            int indexInterval,
            boolean everyChecksum,
            long logStartOffset) {
        this.segment = segment;
        this.epochs = epochs;
        this.producers = producers;
        this.indexInterval = indexInterval;
        this.everyChecksum = everyChecksum;
        this.logStartOffset = logStartOffset;
        this.endOffset = segment.baseOffset();
    }

    /** @return whether the segment was whole */
    boolean run() throws IOException {
        int size = segment.size();
        segment.clearIndexes();
        ProducerReplay.begin(segment, producers);
        if (size > 0) {
            FileRecords records = FileRecords.open(segment.logFile().toFile(), false);
            try {
                walk(records);
            } finally {
                records.closeHandlers(); // close() would force the file to the disk
            }
        }
        if (end < size) {
            log.warn("{}: cut off {} bytes of a batch that was not whole, at {}", segment.logFile(), size - end, end);
            segment.truncateTo(end, endOffset);
        }
        return end == size;
    }

    /** A batch is taken only when another is found behind it, since the last is in doubt. */
    private void walk(FileRecords records) throws IOException {
        BatchScanner scanner = new BatchScanner(segment.channel(), 0, segment.size());
        Header last = null;
        while (scanner.advance()) {
            Header batch = scanner.header();
            long lowest = last == null ? endOffset : last.lastOffset() + 1;
            if (batch.baseOffset() < lowest || (everyChecksum && !isSound(batch))) {
                break;
            }
            if (last != null) {
                take(last, records);
            }
            last = batch;
        }
        if (last != null && (everyChecksum || isSound(last))) {
            take(last, records);
        }
    }

    private boolean isSound(Header header) throws IOException {
        ByteBuffer batch = segment.readBatch(header.position(), header.size()).buffer();
        return Batches.magic(batch, 0) == 2 && Batches.hasValidChecksum(batch, 0);
    }

    private void take(Header batch, FileRecords records) throws IOException {
        segment.noteBatch(batch.position(), batch.size(), batch.lastOffset(), batch.maxTimestampMs(), indexInterval);
        // What followed a deleted batch may have been cut off: its epoch need not reach up to the log start.
        if (batch.lastOffset() >= logStartOffset && batch.leaderEpoch() > epochs.latestEpoch()) {
            epochs.assign(batch.leaderEpoch(), batch.baseOffset());
        }
        if (batch.hasProducerId()) {
            for (AbortedTxn aborted : producers.replay(
                    records.batchesFrom(batch.position()).iterator().next())) {
                segment.transactionIndex().append(aborted);
            }
        }
        end = batch.position() + batch.size();
        endOffset = batch.lastOffset() + 1;
    }

    /** Behind the last batch that was taken. */
    long endOffset() {
        return endOffset;
    }
}
