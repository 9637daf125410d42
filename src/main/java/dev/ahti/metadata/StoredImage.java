package dev.ahti.metadata;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.ImageSnapshot;
import org.apache.pekko.persistence.typed.SnapshotAdapter;

/** An image is stored as an {@link ImageSnapshot}. */
final class StoredImage implements SnapshotAdapter<ClusterImage> {

    @Override
    public Object toJournal(ClusterImage image) {
        return ImageSnapshot.of(image);
    }

    @Override
    public ClusterImage fromJournal(Object stored) {
        return ((ImageSnapshot) stored).toImage();
    }
}
