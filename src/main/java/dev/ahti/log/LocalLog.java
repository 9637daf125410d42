package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of a {@link PartitionLog}: how they grow, roll, are cut at either end and reach the disk. What the records
 * mean is the partition log's, whose lock guards every change here; readers take the published {@link Segments}.
 */
final class LocalLog {
    private static final Logger log = LoggerFactory.getLogger(LocalLog.class);

    private final TopicPartition partition;
    private final Path directory;
    private final LogSettings settings;
    private volatile Segments segments;
    private volatile long startOffset;
    private volatile long recoveryPoint;
    private long segmentJitterMs;
    private long truncations;

    LocalLog(
            TopicPartition partition,
            Path directory,
            LogSettings settings,
            LogConfig config,
            Segments segments,
            long startOffset,
            long recoveryPoint) {
        this.partition = partition;
        this.directory = directory;
        this.settings = settings;
        this.segments = segments;
        this.startOffset = startOffset;
        this.recoveryPoint = recoveryPoint;
        this.segmentJitterMs = config.randomSegmentJitter();
    }

    Segments segments() {
        return segments;
    }

    long endOffset() {
        return segments.endOffset();
    }

    /** What stands before is deleted, though a part of it may still be in the first segment. */
    long startOffset() {
        return startOffset;
    }

    void raiseStartOffset(long offset) {
        startOffset = offset;
    }

    /** Everything below is known to be on disk. */
    long recoveryPoint() {
        return recoveryPoint;
    }

    /** Writes a batch to the active segment. It is no part of the log before {@link #publish}. */
    void append(ByteBuffer bytes, long lastOffset, long timestampMs, LogConfig config) throws IOException {
        segments.active().append(bytes, lastOffset, timestampMs, config.indexInterval);
    }

    void publish(long lastOffset) {
        segments = segments.withEnd(lastOffset + 1);
    }

    /** Whether a batch belongs into a new segment: the active one is full by bytes, offsets or index, or too old. */
    boolean mustRoll(int bytes, long lastOffset, long timestampMs, LogConfig config) throws IOException {
        LogSegment active = segments.active();
        long age = active.size() == 0
                ? 0
                : active.timestamps().ageMs(settings.time().milliseconds(), timestampMs);
        return active.isFull(bytes, config.segmentSize(), lastOffset, config.maxIndexSize)
                || age > config.segmentMs - segmentJitterMs;
    }

    void roll(LogConfig config) throws IOException {
        segments.active().seal();
        segments = segments.plus(newSegment(endOffset()));
        segmentJitterMs = config.randomSegmentJitter();
    }

    private LogSegment newSegment(long baseOffset) throws IOException {
        return LogSegment.create(directory, baseOffset, settings.time().milliseconds());
    }

    /** @param offset at or behind the first segment's base offset, and before the log end */
    void truncateTo(long offset, LogConfig config) throws IOException {
        truncations++;
        int index = segments.indexOf(offset);
        List<LogSegment> all = List.of(segments.all());
        LogSegment last = all.get(index);
        last.truncateTo(last.positionOf(offset, segments.endPosition(index)), offset);
        segments = Segments.of(new ArrayList<>(all.subList(0, index + 1)), offset);
        startOffset = Math.min(startOffset, offset);
        discard(all.subList(index + 1, all.size()), config);
        recoveryPoint = Math.min(recoveryPoint, offset);
    }

    void truncateFullyAndStartAt(long offset, LogConfig config) throws IOException {
        truncations++;
        discard(List.of(segments.all()), config);
        segments = Segments.of(List.of(newSegment(offset)), offset);
        startOffset = offset;
        recoveryPoint = Math.min(recoveryPoint, offset);
    }

    /** Deletes the first segments, up to that of this index; the active one is none of them. */
    void deleteSegmentsBefore(int index, LogConfig config) throws IOException {
        List<LogSegment> dropped = List.of(segments.all()).subList(0, index);
        segments = segments.from(index);
        discard(dropped, config);
    }

    /** Files go after {@code file.delete.delay.ms}, when no fetch is sending from them any more. */
    private void discard(List<LogSegment> dropped, LogConfig config) throws IOException {
        for (LogSegment segment : dropped) {
            segment.markDeleted();
            settings.background().schedule(() -> delete(segment), config.fileDeleteDelayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void delete(LogSegment segment) {
        try {
            segment.deleteFiles();
        } catch (IOException e) {
            log.warn("{}: cannot delete segment {}: {}", partition, segment.baseOffset(), e.getMessage());
        }
    }

    /** How often the log was cut: after a truncation other records may have the offsets of those that were flushed. */
    long truncations() {
        return truncations;
    }

    /** Everything below {@code end} has reached the disk. */
    void markFlushed(long end) {
        recoveryPoint = end;
    }

    /** All are closed, also where one of them fails. */
    void close() throws IOException {
        IOException failure = null;
        for (LogSegment segment : segments.all()) {
            try {
                segment.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
