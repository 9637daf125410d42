package dev.ahti.metrics;

import java.util.List;

/**
 * How far the groups that this broker coordinates are behind, as it was found last. Gauges for Prometheus:
 * {@code ahti_group_lag_records} and {@code ahti_group_lag_seconds}, by group, topic and partition.
 */
public final class GroupLagMetrics {
    private volatile List<Lag> all = List.of();

    /** @param seconds since the oldest record that is not consumed was made; -1 in either where nobody could say */
    public record Lag(String group, String topic, int partition, long records, double seconds) {}

    public List<Lag> all() {
        return all;
    }

    public void found(List<Lag> lags) {
        all = List.copyOf(lags);
    }
}
