package dev.ahti.peer;

import dev.ahti.protocol.RateLimitedLog;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The connections that others have dialled: one for each broker and purpose, the newest. */
final class AcceptedConnections {
    private final Map<PeerPurpose, Function<PeerConnection, PeerHandler>> served;
    private final RateLimitedLog log;
    private final AtomicInteger withoutHello = new AtomicInteger();
    private final Map<Key, PeerConnection> open = new ConcurrentHashMap<>();

    private record Key(int broker, PeerPurpose purpose) {}

    AcceptedConnections(Map<PeerPurpose, Function<PeerConnection, PeerHandler>> served, RateLimitedLog log) {
        this.served = served;
        this.log = log;
    }

    AtomicInteger withoutHello() {
        return withoutHello;
    }

    void closeAll(String reason) {
        open.values().forEach(connection -> connection.close(reason));
    }

    /** For one connection that is to come. */
    ConnectionOwner owner(InetSocketAddress from) {
        return new Accepted(from);
    }

    private final class Accepted implements ConnectionOwner {
        private final InetSocketAddress from;
        private PeerConnection connection;
        private Key key;

        Accepted(InetSocketAddress from) {
            this.from = from;
        }

        @Override
        public void started(PeerConnection started) {
            withoutHello.incrementAndGet();
            connection = started;
        }

        @Override
        public PeerHandler opened(PeerConnection opened, PeerPurpose purpose) {
            withoutHello.decrementAndGet();
            key = new Key(opened.peer().broker(), purpose);
            PeerConnection earlier = open.put(key, opened);
            if (earlier != null) {
                earlier.close("it has been dialled anew");
            }
            return served.get(purpose).apply(opened);
        }

        @Override
        public void ended(PeerEnd end) {
            if (key != null) {
                open.remove(key, connection);
                log.info(
                        "The connection from broker {} for {} is closed: {}",
                        key.broker(),
                        key.purpose(),
                        end.reason());
                return;
            }
            withoutHello.decrementAndGet();
            log.info("Closing the connection from {} to ahti.replication.port: {}", from, end.reason());
        }
    }
}
