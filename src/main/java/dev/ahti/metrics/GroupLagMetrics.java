package dev.ahti.metrics;

import java.util.List;

/**
 * How far the groups that this broker coordinates are behind, by partition, as it was found last.
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
