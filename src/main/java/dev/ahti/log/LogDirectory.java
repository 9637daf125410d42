package dev.ahti.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * The data directory of a broker: its lock, its identity ({@code meta.properties}), the checkpoints of all partitions
 * and the partitions' directories.
 */
public final class LogDirectory implements Closeable {

    public Path path() {
        throw new UnsupportedOperationException();
    }

    public Uuid directoryId() {
        throw new UnsupportedOperationException();
    }

    /** Whether the last run ended with the clean-shutdown marker, so that no log needs recovery. */
    public boolean cleanStart() {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens or creates a partition, recovering what a crash left torn. A directory of that name with another topic id is
     * first renamed to a stray (rule 24).
     */
    public PartitionLog open(TopicPartition partition, Uuid topicId, LogConfig config) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Closes the partition and deletes its files, after {@code file.delete.delay.ms} under another name. */
    public void delete(PartitionLog log) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** The high watermark at the last checkpoint, or 0. */
    public long checkpointedHighWatermark(TopicPartition partition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
