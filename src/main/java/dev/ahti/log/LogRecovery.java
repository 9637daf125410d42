package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the directory of a partition. After a clean shutdown everything is taken as it is. Otherwise what lies behind
 * the recovery point is walked batch by batch, and cut at the first that is not whole and sound:
 *
 * <ul>
 *   <li>The kernel has started anew: pages may be missing anywhere, so every checksum is verified.
 *   <li>The same kernel runs: a killed process loses nothing that it wrote, only the last write may have been cut short.
 *       So headers must chain up to the end of the file, and the last batch's checksum must hold.
 * </ul>
 */
final class LogRecovery {
    private static final Logger log = LoggerFactory.getLogger(LogRecovery.class);

    /** How the last run of this directory ended. */
    enum LastRun {
        CLEAN,
        KILLED,
        KERNEL_GONE
    }

    private final TopicPartition partition;
    private final Path directory;
    private final LogSettings settings;
    private final int indexInterval;
    private final LastRun lastRun;

    LogRecovery(TopicPartition partition, Path directory, LogSettings settings, int indexInterval, LastRun lastRun) {
        this.partition = partition;
        this.directory = directory;
        this.settings = settings;
        this.indexInterval = indexInterval;
        this.lastRun = lastRun;
    }

    PartitionLog.Recovered open(long checkpointedStart, long checkpointedRecoveryPoint) throws IOException {
        List<LogSegment> segments = segments(checkpointedStart);
        long firstMended = Long.MAX_VALUE;
        if (lastRun != LastRun.CLEAN) {
            firstMended = mend(segments, checkpointedRecoveryPoint);
        }
        LogSegment active = segments.get(segments.size() - 1);
        active.rescanMaxTimestamp();
        long end = active.endOffset();
        long start = Math.max(checkpointedStart, segments.get(0).baseOffset());
        if (start > end) {
            log.warn(
                    "{}: the log ends at {} but its records below {} were deleted: it goes on from there",
                    partition,
                    end,
                    start);
            for (LogSegment old : segments) {
                old.markDeleted();
                old.deleteFiles();
            }
            segments = List.of(LogSegment.create(directory, start, now()));
            end = start;
        }
        LeaderEpochs epochs = LeaderEpochs.open(directory);
        epochs.truncateFromEnd(end);
        epochs.truncateFromStart(start);
        ProducerStates producers = new ProducerStates(partition, directory, settings.producerIdExpirationMs());
        producers.truncateAndReload(start, Math.min(end, firstMended), now());
        if (firstMended < start) {
            // As Kafka: producers whose last records were deleted, but are still there, keep their sequence numbers.
            producers.endOffset(firstMended);
        }
        Segments all = Segments.of(segments, end);
        replay(all, producers, firstMended);
        long recoveryPoint = lastRun == LastRun.CLEAN ? end : Math.min(checkpointedRecoveryPoint, end);
        return new PartitionLog.Recovered(all, producers, epochs, start, recoveryPoint);
    }

    private long now() {
        return settings.time().milliseconds();
    }

    private List<LogSegment> segments(long startOffset) throws IOException {
        List<Path> indexes = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(LogSegment.DELETED)) {
                    Files.delete(file);
                } else if (name.endsWith(LogSegment.LOG)) {
                    offsets.add(offsetOf(name));
                } else if (name.endsWith("index")) {
                    indexes.add(file);
                }
            }
        }
        for (Path index : indexes) {
            if (!offsets.contains(offsetOf(index.getFileName().toString()))) {
                Files.delete(index);
            }
        }
        if (offsets.isEmpty()) {
            return new ArrayList<>(List.of(LogSegment.create(directory, startOffset, now())));
        }
        offsets.sort(null);
        List<LogSegment> segments = new ArrayList<>();
        for (long offset : offsets) {
            segments.add(new LogSegment(directory, offset, now()));
        }
        return segments;
    }

    private static long offsetOf(String fileName) {
        return Long.parseLong(fileName.substring(0, fileName.indexOf('.')));
    }

    /** Walks the segments that reach behind the recovery point; drops what follows a cut. Returns the first's offset. */
    private long mend(List<LogSegment> segments, long recoveryPoint) throws IOException {
        int first = 0;
        while (first < segments.size() - 1 && segments.get(first + 1).baseOffset() <= recoveryPoint) {
            first++;
        }
        for (int i = first; i < segments.size(); i++) {
            boolean whole = mend(segments.get(i));
            if (i < segments.size() - 1) {
                segments.get(i).seal();
            }
            if (!whole && i < segments.size() - 1) {
                for (LogSegment behind : segments.subList(i + 1, segments.size())) {
                    log.warn("{}: segment {} stands behind a cut and is dropped", partition, behind.baseOffset());
                    behind.markDeleted();
                    behind.deleteFiles();
                }
                segments.subList(i + 1, segments.size()).clear();
            }
        }
        return segments.get(first).baseOffset();
    }

    /** Makes the indexes anew; returns whether nothing had to be cut off. */
    private boolean mend(LogSegment segment) throws IOException {
        segment.clearIndexes();
        int size = segment.size();
        BatchScanner scanner = new BatchScanner(segment.channel(), 0, size);
        int end = 0;
        int last = 0;
        long previousOffset = segment.baseOffset() - 1;
        while (scanner.advance() && scanner.baseOffset() > previousOffset) {
            if (lastRun == LastRun.KERNEL_GONE && !isSound(segment, scanner.position(), scanner.size())) {
                break;
            }
            segment.noteBatch(
                    scanner.position(), scanner.size(), scanner.lastOffset(), scanner.maxTimestamp(), indexInterval);
            previousOffset = scanner.lastOffset();
            last = scanner.position();
            end = scanner.nextPosition();
        }
        if (end > last && lastRun == LastRun.KILLED && !isSound(segment, last, end - last)) {
            end = last;
        }
        if (end < size) {
            log.warn("{}: cut off {} bytes of a batch that was not whole, at {}", partition, size - end, end);
            segment.truncateTo(end, end == last ? previousOffset : previousOffset + 1);
        }
        return end == size;
    }

    private static boolean isSound(LogSegment segment, int position, int bytes) throws IOException {
        ByteBuffer batch = segment.readBatch(position, bytes).buffer();
        return Batches.magic(batch, 0) == 2 && Batches.hasValidChecksum(batch, 0);
    }

    /** Brings the producers' state up to the log end, after it was set back to a snapshot. */
    static void replayProducers(Segments segments, ProducerStates producers) throws IOException {
        replay(segments, producers, Long.MAX_VALUE);
    }

    private static void replay(Segments segments, ProducerStates producers, long reindexFrom) throws IOException {
        long from = producers.endOffset();
        for (int i = segments.indexOf(from); i < segments.all().length && from < segments.endOffset(); i++) {
            LogSegment segment = segments.all()[i];
            if (segment.baseOffset() > from) {
                producers.endOffset(segment.baseOffset());
                producers.takeSnapshot(false);
            }
            if (segments.endPosition(i) == 0) {
                continue;
            }
            try (FileRecords records = FileRecords.open(segment.logFile().toFile(), false)) {
                int position = segment.positionOf(from, segments.endPosition(i));
                for (FileChannelRecordBatch batch : records.batchesFrom(position)) {
                    if (batch.lastOffset() >= from && batch.hasProducerId()) {
                        for (AbortedTxn aborted : producers.replay(batch)) {
                            if (aborted.lastOffset() >= reindexFrom) {
                                segment.transactionIndex().append(aborted);
                            }
                        }
                    }
                }
            }
        }
        producers.endOffset(segments.endOffset());
        // As Kafka: what was read is not read again, and outlives a log start that passes it.
        producers.takeSnapshot(false);
    }
}
