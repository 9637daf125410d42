package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;

/** The broker may hand out producer ids from {@code firstId} on, {@code count} of them. */
public record ReserveProducerIds(int broker, long firstId, int count) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withNextProducerId(firstId + count);
    }
}
