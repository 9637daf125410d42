package dev.ahti.log;

import java.io.IOException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a log to the disk, beside appends and reads: records and indexes first, then the leader epochs, and only then
 * the recovery point rises, below which the next start believes what it finds.
 */
final class LogFlush {
    private static final Logger log = LoggerFactory.getLogger(LogFlush.class);

    private final TopicPartition partition;
    private final LogSettings settings;
    private final LocalLog local;
    private final LeaderEpochs epochs;
    private final WriteGuard guard;
    private volatile long lastFlushMs;

    LogFlush(TopicPartition partition, LogSettings settings, LocalLog local, LeaderEpochs epochs, WriteGuard guard) {
        this.partition = partition;
        this.settings = settings;
        this.local = local;
        this.epochs = epochs;
        this.guard = guard;
        this.lastFlushMs = settings.time().milliseconds();
    }

    private record Begun(Segments segments, long truncations) {}

    /** Does nothing where nothing has changed since the last time. */
    void to(long offset) throws IOException {
        Begun begun = guard.change(() -> new Begun(local.segments(), local.truncations()));
        // The log may have been cut since somebody asked: what comes to stand there is not on the disk by this.
        long end = Math.min(offset, begun.segments().endOffset());
        try {
            begun.segments().flush(local.recoveryPoint(), end);
            epochs.flush(local::endOffset);
        } catch (IOException e) {
            guard.note(e);
            throw e;
        }
        guard.run(() -> {
            // After a truncation other records may have these offsets, and those have not been flushed.
            if (local.truncations() == begun.truncations() && end > local.recoveryPoint()) {
                local.markFlushed(end);
                lastFlushMs = settings.time().milliseconds();
            }
        });
    }

    /** Of a segment that was rolled: nobody waits for it. A failure shows at the next append. */
    void inBackground(long end) {
        settings.background().execute(() -> {
            try {
                to(end);
            } catch (IOException | RuntimeException e) {
                if (!guard.isClosed()) {
                    log.error("{}: cannot flush", partition, e);
                }
            }
        });
    }

    /** {@code flush.messages}. */
    void ifManyUnflushed(LogConfig config) throws IOException {
        if (config.flushInterval != Long.MAX_VALUE
                && local.endOffset() - local.recoveryPoint() >= config.flushInterval) {
            to(local.endOffset());
        }
    }

    /** {@code flush.ms}. */
    void ifOlderThan(LogConfig config, long nowMs) throws IOException {
        if (nowMs - lastFlushMs >= config.flushMs && local.recoveryPoint() < local.endOffset()) {
            to(local.endOffset());
        }
    }
}
