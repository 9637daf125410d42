package dev.ahti.replica.replication;

import dev.ahti.model.PartitionId;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * The connections that followers have dialled to this broker, and since when a broker has had none on which something came
 * (rule 5).
 */
public final class FollowerFeeds {
    private final Function<PartitionId, LedPartition> partitions;
    private final Later later;
    private final Duration session;
    private final IntConsumer onLost;
    private final Map<Integer, Presence> brokers = new ConcurrentHashMap<>();

    /** @param heardNanos when something came last on the last one; of no meaning while one is open */
    private record Presence(int open, long heardNanos) {}

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
        return new FollowerFeed(connection, partitions, later, () -> closed(broker, connection.silentNanos()));
    }

    /** One that was closed for its silence does not get that time once more. */
    private void closed(int broker, long silentNanos) {
        brokers.computeIfPresent(
                broker, (id, before) -> new Presence(before.open() - 1, System.nanoTime() - silentNanos));
        lookAfter(broker, session.toNanos() - silentNanos);
    }

    /** Whether the broker has had no connection for one session. One that was never here is given that time from now on. */
    public boolean isLost(int broker) {
        Presence presence = brokers.get(broker);
        if (presence == null) {
            if (brokers.putIfAbsent(broker, new Presence(0, System.nanoTime())) == null) {
                lookAfter(broker, session.toNanos());
            }
            return false;
        }
        return presence.open() == 0 && System.nanoTime() - presence.heardNanos() >= session.toNanos();
    }

    private void lookAfter(int broker, long nanos) {
        later.run(Duration.ofNanos(Math.max(0, nanos)).plusMillis(1), () -> {
            if (isLost(broker)) {
                onLost.accept(broker);
            }
        });
    }
}
