package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;

/** The broker is gone for good. */
public record UnregisterBroker(int broker) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withoutBroker(broker);
    }
}
