package dev.ahti.replica.replication;

import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;

/** The open connections from this broker to those that lead what it follows. */
public final class LeaderLinks {
    private final Map<Integer, LeaderLink> links = new ConcurrentHashMap<>();
    private final IntConsumer onOpened;

    /** @param onOpened called with the broker id whenever there is a new connection to it, on any thread */
    public LeaderLinks(IntConsumer onOpened) {
        this.onOpened = onOpened;
    }

    public PeerHandler open(PeerConnection connection) {
        int broker = connection.peer().broker();
        LeaderLink[] self = new LeaderLink[1];
        LeaderLink link = new LeaderLink(connection, () -> links.remove(broker, self[0]));
        self[0] = link;
        links.put(broker, link);
        onOpened.accept(broker);
        return link;
    }

    /** The connection to this broker, or null; it may have been closed this moment, and then another one is announced. */
    public LeaderLink to(int broker) {
        return links.get(broker);
    }
}
