package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import org.apache.kafka.common.Uuid;

/** A topic without partitions yet: they follow in the same persist. */
public record CreateTopic(Uuid topicId, String name) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withTopic(TopicImage.empty(topicId, name));
    }
}
