package dev.ahti.peer;

import java.time.Duration;
import java.util.Optional;

/**
 * How brokers connect to each other.
 *
 * @param host at which this broker listens, and is reached by the others
 * @param port 0 for a free one
 * @param secret {@code ahti.cluster.secret}
 * @param maxFrameBytes a record batch of the largest size that Kafka allows, and what goes with it
 * @param keepAlive how often the dialler pings
 * @param silence a connection on which nothing has come for so long is closed, and dialled anew
 * @param handshake how long a hello may take
 * @param firstRetry after a dial that failed; each further one waits twice as long, up to {@code lastRetry}
 */
public record PeerSettings(
        String host,
        int port,
        Optional<String> secret,
        int maxFrameBytes,
        Duration keepAlive,
        Duration silence,
        Duration handshake,
        Duration firstRetry,
        Duration lastRetry) {

    public static PeerSettings of(String host, int port, Optional<String> secret) {
        return new PeerSettings(
                host,
                port,
                secret,
                110 << 20,
                Duration.ofMillis(500),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Duration.ofSeconds(1));
    }

    /** Not shorter than a few keep-alives, of which a busy machine may be late with one. */
    public PeerSettings withSilence(Duration wanted) {
        Duration least = keepAlive.multipliedBy(3);
        Duration kept = wanted.compareTo(least) > 0 ? wanted : least;
        return new PeerSettings(host, port, secret, maxFrameBytes, keepAlive, kept, handshake, firstRetry, lastRetry);
    }
}
