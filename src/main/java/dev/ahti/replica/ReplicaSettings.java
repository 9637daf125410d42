package dev.ahti.replica;

import java.time.Duration;

/**
 * @param highWatermarkCheckpointInterval {@code replica.high.watermark.checkpoint.interval.ms}
 * @param logCheckpointInterval {@code log.flush.offset.checkpoint.interval.ms}: recovery points
 * @param logStartCheckpointInterval {@code log.flush.start.offset.checkpoint.interval.ms}
 * @param retentionCheckInterval {@code log.retention.check.interval.ms}
 * @param firstRetentionCheck after the start
 * @param flushCheckInterval how often {@code flush.ms} is looked at
 * @param replicaLagTimeMax {@code replica.lag.time.max.ms}: a connected follower that was not level with its leader for
 *     longer leaves the ISR
 * @param brokerSession {@code broker.session.timeout.ms}: so does one without a connection for so long (rule 5)
 */
public record ReplicaSettings(
        Duration highWatermarkCheckpointInterval,
        Duration logCheckpointInterval,
        Duration logStartCheckpointInterval,
        Duration retentionCheckInterval,
        Duration firstRetentionCheck,
        Duration flushCheckInterval,
        Duration replicaLagTimeMax,
        Duration brokerSession) {

    public static ReplicaSettings defaults() {
        return new ReplicaSettings(
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(3));
    }
}
