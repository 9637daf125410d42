package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import org.apache.kafka.common.Uuid;

/** The topic, its partitions and its configs are gone. */
public record DeleteTopic(Uuid topicId) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withoutTopic(topicId);
    }
}
