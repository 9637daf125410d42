package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import org.apache.kafka.common.Uuid;

/** The broker has recovered its logs and follows the image: it may lead. */
public record UnfenceBroker(int broker, Uuid incarnation) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withBroker(image.brokers().get(broker).withFenced(false));
    }
}
