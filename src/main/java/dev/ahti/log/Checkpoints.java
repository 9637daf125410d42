package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * The offsets of all partitions of a data directory that are written from time to time, in Kafka's three files. They also
 * keep those of partitions that are not open any more.
 */
final class Checkpoints {
    private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    private static final String HIGH_WATERMARKS = "replication-offset-checkpoint";
    private static final String LOG_STARTS = "log-start-offset-checkpoint";

    private final Path directory;
    private final Map<TopicPartition, Long> recoveryPoints;
    private final Map<TopicPartition, Long> highWatermarks;
    private final Map<TopicPartition, Long> logStarts;
    private boolean ended;

    Checkpoints(Path directory) throws IOException {
        this.directory = directory;
        this.recoveryPoints = read(RECOVERY_POINTS);
        this.highWatermarks = read(HIGH_WATERMARKS);
        this.logStarts = read(LOG_STARTS);
    }

    private Map<TopicPartition, Long> read(String name) throws IOException {
        return new ConcurrentHashMap<>(OffsetCheckpoint.read(directory.resolve(name)));
    }

    long recoveryPoint(TopicPartition partition) {
        return recoveryPoints.getOrDefault(partition, 0L);
    }

    long highWatermark(TopicPartition partition) {
        return highWatermarks.getOrDefault(partition, 0L);
    }

    long logStart(TopicPartition partition) {
        return logStarts.getOrDefault(partition, 0L);
    }

    /**
     * What the log says now is what the next writing is to say, though the log be closed by then. Not while one is under
     * way: that may have asked this log already, before a truncation.
     */
    synchronized void note(PartitionLog log) {
        recoveryPoints.put(log.topicPartition(), log.recoveryPoint());
        logStarts.put(log.topicPartition(), log.logStartOffset());
    }

    synchronized void forget(TopicPartition partition) {
        recoveryPoints.remove(partition);
        highWatermarks.remove(partition);
        logStarts.remove(partition);
    }

    /** The directory is given up: the files are for whoever takes it next, and what is still to be written is not. */
    synchronized void end() {
        ended = true;
    }

    synchronized void writeHighWatermarks(Map<TopicPartition, Long> current) throws IOException {
        highWatermarks.putAll(current);
        write(HIGH_WATERMARKS, highWatermarks);
    }

    synchronized void writeRecoveryPoints(Iterable<PartitionLog> open) throws IOException {
        open.forEach(log -> recoveryPoints.put(log.topicPartition(), log.recoveryPoint()));
        write(RECOVERY_POINTS, recoveryPoints);
    }

    synchronized void writeLogStarts(Iterable<PartitionLog> open) throws IOException {
        open.forEach(log -> logStarts.put(log.topicPartition(), log.logStartOffset()));
        write(LOG_STARTS, nonZero(logStarts));
    }

    private void write(String name, Map<TopicPartition, Long> offsets) throws IOException {
        if (!ended) {
            OffsetCheckpoint.write(directory.resolve(name), offsets);
        }
    }

    private static Map<TopicPartition, Long> nonZero(Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
