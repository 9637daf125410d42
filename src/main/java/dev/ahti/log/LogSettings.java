package dev.ahti.log;

import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.utils.Time;

/**
 * What all logs of a broker share.
 *
 * @param producerIdExpirationMs {@code producer.id.expiration.ms}
 * @param strayRetentionMs {@code ahti.stray.retention}: how long directories that no topic claims are kept
 * @param background flushes rolled segments and deletes files; may block on the disk
 */
public record LogSettings(
        long producerIdExpirationMs, long strayRetentionMs, Time time, ScheduledExecutorService background) {}
