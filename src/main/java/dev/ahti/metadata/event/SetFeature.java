package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;

/** A feature is finalized at this level. */
public record SetFeature(String name, short level) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withFeature(name, level);
    }
}
