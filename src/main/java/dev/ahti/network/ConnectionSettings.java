package dev.ahti.network;

/**
 * How connections behave; {@code server} fills it from the configuration.
 *
 * @param maxRequestBytes {@code socket.request.max.bytes}
 * @param maxRequestsInFlight {@code ahti.connection.max.requests.in.flight}: requests of one connection that are handled
 *     or wait to be answered before reading pauses
 * @param maxIdleMs {@code connections.max.idle.ms}; negative: no limit
 * @param maxConnections {@code max.connections} of one listener: those beyond are closed at once
 * @param backlog {@code socket.listen.backlog.size}
 */
public record ConnectionSettings(
        int maxRequestBytes, int maxRequestsInFlight, long maxIdleMs, int maxConnections, int backlog) {

    /** Kafka's defaults. */
    public static ConnectionSettings defaults() {
        return new ConnectionSettings(100 * 1024 * 1024, 64, 600_000, Integer.MAX_VALUE, 50);
    }

    public ConnectionSettings {
        if (maxRequestBytes < 1 || maxRequestsInFlight < 1 || maxConnections < 1 || backlog < 1) {
            throw new IllegalArgumentException("limits are at least 1");
        }
    }
}
