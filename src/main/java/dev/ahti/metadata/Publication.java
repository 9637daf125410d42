package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.ImageSnapshot;
import java.util.List;

/** What the singleton sends to every node's {@code ImageFollower}. */
public sealed interface Publication extends ClusterMessage {

    /** Metadata epoch of the sender: a follower ignores one below its image's. */
    int epoch();

    /**
     * One persisted batch, applied as one step.
     *
     * @param fromVersion version before the first event
     */
    record Batch(int epoch, long fromVersion, List<MetadataEvent> events) implements Publication {
        public Batch {
            events = List.copyOf(events);
        }

        long toVersion() {
            return fromVersion + events.size();
        }
    }

    /** The whole image, for who lacks too much. */
    record Whole(int epoch, ImageSnapshot snapshot) implements Publication {}
}
