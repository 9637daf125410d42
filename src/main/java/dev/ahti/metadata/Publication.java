package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.ImageSnapshot;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What a node's {@code ImageFollower} is told, by the singleton or on behalf of another follower. */
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

    /** Of a {@link Batch} or {@link Whole} that is too large for one message between nodes: see {@link Parts}. */
    sealed interface Part extends Publication {
        /** Number of the part among its siblings, which are sent in this order. */
        int index();

        int count();

        /** Version of the image that the whole makes: with {@link #fromVersion} what its parts have in common. */
        long toVersion();

        /** Version of the image that the whole is for; -1 for any. */
        long fromVersion();
    }

    /** @param events those of this part */
    record BatchPart(int epoch, long fromVersion, long toVersion, int index, int count, List<MetadataEvent> events)
            implements Part {
        public BatchPart {
            events = List.copyOf(events);
        }
    }

    record WholePart(int epoch, int index, int count, ImageSnapshot slice) implements Part {
        @Override
        public long toVersion() {
            return slice.version();
        }

        @Override
        public long fromVersion() {
            return -1;
        }
    }

    /** Another follower lacks what comes after {@code version}, and cannot hear the singleton (rule 3). */
    record Wanted(int epoch, long version, ActorRef<Publication> follower) implements Publication {}
}
