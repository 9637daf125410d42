package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.ImageSnapshot;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.SnapshotAdapter;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/** How the image is recovered from the one journal of the metadata; only {@link PartitionMetadata} writes to it. */
abstract class JournaledImage<C> extends EventSourcedBehavior<C, MetadataEvent, ClusterImage> {
    static final PersistenceId PERSISTENCE_ID = PersistenceId.ofUniqueId("partition-metadata");

    /** Pekko logs each failure with its stack there; the singleton says it in one line. Off in logback.xml. */
    static final String STACKS = "dev.ahti.metadata.stacks";

    JournaledImage() {
        super(PERSISTENCE_ID);
    }

    @Override
    public final ClusterImage emptyState() {
        return ClusterImage.empty();
    }

    @Override
    public final EventHandler<ClusterImage, MetadataEvent> eventHandler() {
        return (image, event) -> event.applyTo(image);
    }

    @Override
    public final SnapshotAdapter<ClusterImage> snapshotAdapter() {
        return new SnapshotAdapter<>() {
            @Override
            public Object toJournal(ClusterImage image) {
                return ImageSnapshot.of(image);
            }

            @Override
            public ClusterImage fromJournal(Object stored) {
                return ((ImageSnapshot) stored).toImage();
            }
        };
    }
}
