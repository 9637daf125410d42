package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;

/** A new holder of the singleton begins: the first event that it writes (rule 7). */
public record StartEpoch(String clusterId, int epoch) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withEpoch(clusterId, epoch);
    }
}
