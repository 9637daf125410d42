package dev.ahti.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory of a broker: its lock, its identity ({@code meta.properties}), the checkpoints of all partitions
 * and the partitions' directories. Partitions are opened in parallel.
 */
public final class LogDirectory implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(LogDirectory.class);

    private final Path path;
    private final LogSettings settings;
    private final DirectoryLock lock;
    private final boolean fresh;
    private final LastRun lastRun;
    private final Checkpoints checkpoints;
    private final Map<TopicPartition, PartitionLog> logs = new ConcurrentHashMap<>();
    private final AtomicBoolean recoveryPointsDue = new AtomicBoolean();
    private volatile DirectoryIdentity identity;
    private volatile boolean allClosedInOrder = true;

    /** A directory that cannot be used; the message is for the person who starts the broker. */
    public static final class UnusableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    private LogDirectory(Path path, LogSettings settings, DirectoryLock lock, DirectoryIdentity identity)
            throws IOException {
        this.path = path;
        this.settings = settings;
        this.lock = lock;
        this.identity = identity;
        this.fresh = LastRun.isFirst(path);
        this.lastRun = LastRun.of(path);
        this.checkpoints = new Checkpoints(path);
    }

    /**
     * Takes the directory for this broker, making it if it is new.
     *
     * @throws UnusableException if it is in use or another broker's
     */
    public static LogDirectory open(Path path, int brokerId, LogSettings settings) throws IOException {
        Files.createDirectories(path);
        DirectoryLock lock = DirectoryLock.take(path);
        try {
            LogDirectory directory = new LogDirectory(path, settings, lock, DirectoryIdentity.claim(path, brokerId));
            directory.begin();
            return directory;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        LastRun.begin(path);
        if (logsIntact()) {
            LastRun.noteKernel(path);
        }
        try (Stream<Path> entries = Files.list(path)) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().endsWith(PartitionDirectory.DELETE_SUFFIX)) {
                    settings.background().execute(() -> deleteQuietly(entry));
                }
            }
        }
    }

    public Path path() {
        return path;
    }

    public Uuid directoryId() {
        return identity.directoryId();
    }

    /** The cluster that the directory belongs to; "" before it has joined one. */
    public String clusterId() {
        return identity.clusterId();
    }

    /**
     * Notes the cluster at the first start in it.
     *
     * @throws UnusableException if the directory belongs to another
     */
    public void joinCluster(String clusterId) throws IOException {
        identity = identity.joinCluster(clusterId, path);
    }

    /** Whether the last run ended with the clean-shutdown marker, so that no log needs recovery. */
    public boolean cleanStart() {
        return lastRun == LastRun.CLEAN;
    }

    /** False where the kernel has stopped with writes under way: acknowledged records may be missing (rule 18). */
    public boolean logsIntact() {
        return lastRun != LastRun.KERNEL_GONE || fresh;
    }

    /**
     * All logs are open, and the metadata have heard whether {@link #logsIntact}. A start that ends before leaves both to
     * the next one: to take this kernel for that of the last writes would hide that some are missing.
     */
    public void recovered() throws IOException {
        if (!logsIntact()) {
            LastRun.noteKernel(path);
        }
    }

    /**
     * Opens or creates a partition, recovering what a crash left torn. A directory of that name with another topic id is
     * first renamed to a stray (rule 24).
     */
    public PartitionLog open(TopicPartition partition, Uuid topicId, LogConfig config) throws IOException {
        Path directory = path.resolve(partition.toString());
        PartitionDirectory.claim(directory, topicId);
        PartitionLog.Recovered recovered = new LogRecovery(
                        partition, directory, settings, config.indexInterval, lastRun)
                .open(checkpoints.logStart(partition), checkpoints.recoveryPoint(partition));
        PartitionLog opened =
                new PartitionLog(partition, directory, settings, config, recovered, this::checkpointRecoveryPointsSoon);
        logs.put(partition, opened);
        return opened;
    }

    /** Closes the partition and deletes its files, after {@code file.delete.delay.ms} under another name. */
    public void delete(PartitionLog partition) throws IOException {
        logs.remove(partition.topicPartition(), partition);
        checkpoints.forget(partition.topicPartition());
        partition.closeFiles();
        Path renamed = PartitionDirectory.markDeleted(partition.directory());
        settings.background()
                .schedule(() -> deleteQuietly(renamed), partition.config().fileDeleteDelayMs, TimeUnit.MILLISECONDS);
    }

    /** Closes the partition and keeps its files. */
    public void release(PartitionLog partition) throws IOException {
        try {
            partition.close();
        } catch (IOException e) {
            allClosedInOrder = false;
            throw e;
        } finally {
            checkpoints.note(partition);
            logs.remove(partition.topicPartition(), partition);
        }
    }

    private static void deleteQuietly(Path directory) {
        try {
            PartitionDirectory.deleteTree(directory);
        } catch (IOException e) {
            log.warn("cannot delete {}: {}", directory, e.getMessage());
        }
    }

    /** Directories that no topic claims any more: kept for {@code ahti.stray.retention} (rule 24). */
    public List<Path> strays() throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(entry -> entry.getFileName().toString().endsWith(PartitionDirectory.STRAY_SUFFIX))
                    .toList();
        }
    }

    /** Deletes strays that are older than {@code ahti.stray.retention}. */
    public void deleteOldStrays() throws IOException {
        long oldest = settings.time().milliseconds() - settings.strayRetentionMs();
        for (Path stray : strays()) {
            if (Files.getLastModifiedTime(stray).toMillis() < oldest) {
                log.info("deleting {}: no topic has claimed it", stray);
                PartitionDirectory.deleteTree(stray);
            }
        }
    }

    /**
     * Sets aside the directories of topics that are not in the metadata any more, as strays.
     *
     * @param exists whether the partition's topic id is known
     */
    public void setStraysAside(Function<Uuid, Boolean> exists) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            for (Path entry : entries.filter(Files::isDirectory).toList()) {
                Uuid topicId = PartitionDirectory.topicId(entry);
                boolean candidate = !PartitionDirectory.isSetAside(entry) && topicId != null;
                if (candidate && !exists.apply(topicId)) {
                    PartitionDirectory.markStray(entry, topicId);
                }
            }
        }
    }

    /** The high watermark at the last checkpoint, or 0. */
    public long checkpointedHighWatermark(TopicPartition partition) {
        return checkpoints.highWatermark(partition);
    }

    /** Writes the high watermarks of the partitions that are open. */
    public void checkpointHighWatermarks(Map<TopicPartition, Long> current) throws IOException {
        checkpoints.writeHighWatermarks(current);
    }

    /** Writes the recovery points of all partitions. */
    public void checkpointRecoveryPoints() throws IOException {
        checkpoints.writeRecoveryPoints(logs.values());
    }

    /** Writes the log starts of all partitions. */
    public void checkpointLogStarts() throws IOException {
        checkpoints.writeLogStarts(logs.values());
    }

    /** Recovery points and log starts. */
    public void checkpointLogs() throws IOException {
        checkpointRecoveryPoints();
        checkpointLogStarts();
    }

    /** Many logs may be truncated at once, when a leader changes: one writing serves them all. */
    private void checkpointRecoveryPointsSoon() {
        if (recoveryPointsDue.compareAndSet(false, true)) {
            settings.background().execute(() -> {
                recoveryPointsDue.set(false);
                try {
                    checkpointRecoveryPoints();
                } catch (IOException e) {
                    log.error("cannot write the recovery points of {}", path, e);
                }
            });
        }
    }

    /**
     * Closes what is open, writes the checkpoints and, last of all, the clean-shutdown marker (rule 19).
     *
     * @throws IOException also if a log could not be closed in order, now or before: then there is no marker, and the next
     *     start recovers
     */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (PartitionLog open : List.copyOf(logs.values())) {
            try {
                release(open);
            } catch (IOException e) {
                failure = e;
            }
        }
        try {
            checkpointLogs();
            if (!allClosedInOrder) {
                throw new IOException("not every log in " + path + " could be closed in order", failure);
            }
            LastRun.endCleanly(path);
        } finally {
            abandon();
        }
    }

    /** Gives up the lock without the marker: the next start recovers. */
    public void abandon() throws IOException {
        checkpoints.end();
        lock.close();
    }
}
