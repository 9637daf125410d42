package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
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
 *
 * That one walk also makes indexes, leader epochs and producer state anew.
 */
final class LogRecovery {
    private static final Logger log = LoggerFactory.getLogger(LogRecovery.class);

    private final TopicPartition partition;
    private final Path directory;
    private final LogSettings settings;
    private final int indexInterval;
    private final LastRun lastRun;
    private final LeaderEpochs epochs;
    private final ProducerStates producers;

    LogRecovery(TopicPartition partition, Path directory, LogSettings settings, int indexInterval, LastRun lastRun)
            throws IOException {
        this.partition = partition;
        this.directory = directory;
        this.settings = settings;
        this.indexInterval = indexInterval;
        this.lastRun = lastRun;
        this.epochs = LeaderEpochs.open(directory);
        this.producers = new ProducerStates(partition, directory, settings.producerIdExpirationMs());
    }

    PartitionLog.Recovered open(long checkpointedStart, long checkpointedRecoveryPoint) throws IOException {
        List<LogSegment> segments = segments(checkpointedStart);
        long start = Math.max(checkpointedStart, segments.get(0).baseOffset());
        long closedEnd = lastRun == LastRun.CLEAN ? closedEnd(segments, checkpointedRecoveryPoint) : -1;
        boolean clean = closedEnd >= 0;
        long end = clean
                ? take(segments, start, closedEnd)
                : recover(segments, start, firstToRecover(segments, checkpointedRecoveryPoint));
        if (start > end) {
            log.warn(
                    "{}: the log ends at {} but its records below {} were deleted: it goes on from there",
                    partition,
                    end,
                    start);
            segments = startAnew(segments, start);
            end = start;
        }
        epochs.truncateFromEnd(end);
        epochs.truncateFromStart(start);
        long recoveryPoint = clean ? end : Math.min(checkpointedRecoveryPoint, end);
        return new PartitionLog.Recovered(Segments.of(segments, end), producers, epochs, start, recoveryPoint);
    }

    /** Forgets the epochs too: of those between what is found and the start nothing is known any more. */
    private List<LogSegment> startAnew(List<LogSegment> segments, long start) throws IOException {
        epochs.clear();
        // On disk before the segments go: the next start finds none, and would take the file as it is.
        epochs.flush(() -> start);
        for (LogSegment old : segments) {
            old.markDeleted();
            old.deleteFiles();
        }
        producers.truncateFullyAndStartAt(start);
        return List.of(LogSegment.create(directory, start, now()));
    }

    /** Where the log ended when it was closed; -1 if the disk, or somebody else, has left less of it. */
    private long closedEnd(List<LogSegment> segments, long recoveryPoint) throws IOException {
        long end = segments.get(segments.size() - 1).endOffset();
        if (end >= recoveryPoint) {
            return end;
        }
        log.warn(
                "{}: the files hold less than when the log was closed at {}: what is left is recovered",
                partition,
                recoveryPoint);
        return -1;
    }

    /** What a clean shutdown left. Returns the log end. */
    private long take(List<LogSegment> segments, long start, long end) throws IOException {
        segments.get(segments.size() - 1).timestamps().rescan();
        producers.truncateAndReload(start, end, now());
        ProducerReplay.replay(Segments.of(segments, end), producers);
        return end;
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
                if (name.endsWith(SegmentFiles.DELETED)) {
                    Files.delete(file);
                } else if (name.endsWith(SegmentFiles.LOG)) {
                    offsets.add(SegmentFiles.offsetOf(name));
                } else if (SegmentFiles.isIndex(name)) {
                    indexes.add(file);
                }
            }
        }
        for (Path index : indexes) {
            if (!offsets.contains(SegmentFiles.offsetOf(index.getFileName().toString()))) {
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

    /**
     * The segments that reach behind the recovery point; and those before them that hold an epoch which the epochs' file
     * lacks. It lacks none of what lies before the recovery point, unless the log was truncated and the process killed
     * before the lower recovery point was written.
     */
    private int firstToRecover(List<LogSegment> segments, long recoveryPoint) throws IOException {
        int first = 0;
        while (first < segments.size() - 1 && segments.get(first + 1).baseOffset() <= recoveryPoint) {
            first++;
        }
        while (first > 0 && segments.get(first - 1).lastLeaderEpoch() > epochs.latestEpoch()) {
            first--;
        }
        return first;
    }

    /** Walks the segments from {@code first} on, and drops what follows a cut. Returns the log end. */
    private long recover(List<LogSegment> segments, long start, int first) throws IOException {
        long end = segments.get(first).baseOffset();
        producers.truncateAndReload(start, end, now());
        if (end < start) {
            // As Kafka: producers whose last records were deleted, but are still there, keep their sequence numbers.
            producers.endOffset(end);
        } else if (first > 0) {
            ProducerReplay.replay(Segments.of(segments.subList(0, first), end), producers);
        }
        for (int i = first; i < segments.size(); i++) {
            SegmentRecovery recovery = new SegmentRecovery(
                    segments.get(i), epochs, producers, indexInterval, lastRun != LastRun.KILLED, start);
            boolean whole = recovery.run();
            end = recovery.endOffset();
            if (i < segments.size() - 1) {
                segments.get(i).seal();
            }
            if (!whole) {
                drop(segments.subList(i + 1, segments.size()));
            }
        }
        ProducerReplay.end(end, producers);
        return end;
    }

    private void drop(List<LogSegment> behind) throws IOException {
        for (LogSegment segment : behind) {
            log.warn("{}: segment {} stands behind a cut and is dropped", partition, segment.baseOffset());
            segment.markDeleted();
            segment.deleteFiles();
        }
        behind.clear();
    }
}
