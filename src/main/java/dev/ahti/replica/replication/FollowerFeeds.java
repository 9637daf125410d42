package dev.ahti.replica.replication;

import dev.ahti.model.PartitionId;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntConsumer;

/** The connections that followers have dialled to this broker, and since when a broker has had none (rule 5). */
public final class FollowerFeeds {
    private final Function<PartitionId, LedPartition> partitions;
    private final Later later;
    private final Duration session;
    private final IntConsumer onLost;
    private final Map<Integer, Presence> brokers = new ConcurrentHashMap<>();

    /** @param closedNanos when the last one was closed; of no meaning while one is open */
    private record Presence(int open, long closedNanos) {}

    /**
     * @param session after so much time without a connection a follower counts as lost
     * @param onLost called with its broker id then, on any thread
     */
    public FollowerFeeds(
            Function<PartitionId, LedPartition> partitions, Later later, Duration session, IntConsumer onLost) {
        this.partitions = partitions;
        this.later = later;
        this.session = session;
        this.onLost = onLost;
    }

    public PeerHandler open(PeerConnection connection) {
        int broker = connection.peer().broker();
        brokers.merge(broker, new Presence(1, 0), (before, one) -> new Presence(before.open() + 1, 0));
        return new FollowerFeed(connection, partitions, later, () -> closed(broker));
    }

    private void closed(int broker) {
        brokers.computeIfPresent(broker, (id, before) -> new Presence(before.open() - 1, System.nanoTime()));
        lookAfterSession(broker);
    }

    /** Whether the broker has had no connection for one session. One that was never here is given that time from now on. */
    public boolean isLost(int broker) {
        Presence presence = brokers.get(broker);
        if (presence == null) {
            if (brokers.putIfAbsent(broker, new Presence(0, System.nanoTime())) == null) {
                lookAfterSession(broker);
            }
            return false;
        }
        return presence.open() == 0 && System.nanoTime() - presence.closedNanos() >= session.toNanos();
    }

    private void lookAfterSession(int broker) {
        later.run(session.plusMillis(1), () -> {
            if (isLost(broker)) {
                onLost.accept(broker);
            }
        });
    }
}
