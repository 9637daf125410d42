package dev.ahti.replica;

import dev.ahti.log.LogDirectory;
import dev.ahti.log.PartitionLog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.ExecutionContext;

/**
 * What is done for all replicas of a node from time to time: checkpoints, retention (which also forgets idle producers)
 * and {@code flush.ms}. Runs beside the replicas' actors, on threads that may block; one round of a kind at a time.
 */
final class ReplicaUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaUpkeep.class);

    private final ReplicaTable table;
    private final LogDirectory directory;
    private final List<Cancellable> rounds = new ArrayList<>();

    ReplicaUpkeep(ReplicaTable table, LogDirectory directory) {
        this.table = table;
        this.directory = directory;
    }

    void start(Scheduler scheduler, ExecutionContext threads, ReplicaSettings settings) {
        every(scheduler, threads, settings.highWatermarkCheckpointInterval(), this::checkpointHighWatermarks);
        every(scheduler, threads, settings.logCheckpointInterval(), directory::checkpointRecoveryPoints);
        every(scheduler, threads, settings.logStartCheckpointInterval(), directory::checkpointLogStarts);
        every(scheduler, threads, settings.flushCheckInterval(), this::flush);
        rounds.add(scheduler.scheduleWithFixedDelay(
                settings.firstRetentionCheck(),
                settings.retentionCheckInterval(),
                guarded(() -> {
                    deleteExpired();
                    directory.deleteOldStrays();
                }),
                threads));
    }

    /** Until {@link #stop}. */
    void every(Scheduler scheduler, ExecutionContext threads, Duration interval, Round round) {
        rounds.add(scheduler.scheduleWithFixedDelay(interval, interval, guarded(round), threads));
    }

    void stop() {
        rounds.forEach(Cancellable::cancel);
    }

    void checkpointHighWatermarks() throws IOException {
        directory.checkpointHighWatermarks(table.takeHighWatermarks());
    }

    void deleteExpired() {
        forEach(replica -> {
            int count = replica.log().deleteExpired(replica.state().highWatermark());
            if (count > 0) {
                // Where nothing is produced any more, no batch brings the followers the new log start.
                replica.followers().highWatermarkRaised();
                LOG.info("{}: deleted {} expired segments", replica.log().topicPartition(), count);
            }
        });
    }

    private void flush() {
        long nowMs = System.currentTimeMillis();
        forEach(replica -> {
            PartitionLog log = replica.log();
            if (log.config().flushMs != Long.MAX_VALUE) {
                log.flushIfOlderThan(nowMs);
            }
        });
    }

    private void forEach(Work work) {
        for (ReplicaHandle replica : table.handles()) {
            try {
                work.on(replica);
            } catch (KafkaStorageException e) {
                LOG.debug("{} was closed meanwhile", replica.log().topicPartition(), e);
            } catch (IOException | RuntimeException e) {
                LOG.error("{}: upkeep failed", replica.log().topicPartition(), e);
            }
        }
    }

    /** A round that fails is tried again at its next time, where an exception would end the rounds. */
    private static Runnable guarded(Round round) {
        return () -> {
            try {
                round.run();
            } catch (IOException | RuntimeException e) {
                LOG.error("upkeep of the data directory failed", e);
            }
        };
    }

    interface Round {
        void run() throws IOException;
    }

    private interface Work {
        void on(ReplicaHandle replica) throws IOException;
    }
}
