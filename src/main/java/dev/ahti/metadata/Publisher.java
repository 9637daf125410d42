package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/** The singleton's way to every node's {@code ImageFollower}: what was stored, and again what a follower lacks. */
final class Publisher {
    /** What is large may still be on its way when the follower's next heartbeat says that it lacks it. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

    private final Map<Integer, ActorRef<Publication>> followers = new HashMap<>();
    private final Map<ActorRef<Publication>, Long> sentLargeAt = new HashMap<>();
    private final int recentEvents;
    private PublishedHistory history;

    Publisher(int recentEvents) {
        this.recentEvents = recentEvents;
        this.history = new PublishedHistory(recentEvents);
    }

    /** A new epoch: what was published before has another author. */
    void forgetHistory() {
        history = new PublishedHistory(recentEvents);
    }

    /** The broker's follower gets what is published from now on. */
    void follow(int broker, ActorRef<Publication> follower) {
        ActorRef<Publication> before = followers.put(broker, follower);
        if (before != null && !before.equals(follower)) {
            sentLargeAt.remove(before);
        }
    }

    void publish(int epoch, long fromVersion, List<MetadataEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        Publication.Batch batch = new Publication.Batch(epoch, fromVersion, events);
        history.add(batch);
        List<Publication> parts = Parts.cut(batch);
        followers.values().forEach(follower -> {
            if (isHere(follower)) {
                follower.tell(batch);
            } else {
                send(follower, parts);
            }
        });
    }

    void sendMissing(ActorRef<Publication> follower, long version, ClusterImage image, long now) {
        Long large = sentLargeAt.get(follower);
        if (version == image.version() || (large != null && now - large < PATIENCE_NANOS)) {
            return;
        }
        for (Publication each : history.since(version, image)) {
            if (isHere(follower)) {
                follower.tell(each);
            } else {
                send(follower, Parts.cut(each));
            }
        }
    }

    /** A follower of this node gets the whole, without a copy. */
    private static boolean isHere(ActorRef<Publication> follower) {
        return follower.path().address().hasLocalScope();
    }

    private void send(ActorRef<Publication> follower, List<Publication> parts) {
        parts.forEach(follower::tell);
        if (parts.size() > 1) {
            sentLargeAt.put(follower, System.nanoTime());
        }
    }
}
