package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import org.apache.kafka.common.Uuid;

/** The broker's session is lost, or it is superseded: it neither leads nor is in any ISR. */
public record FenceBroker(int broker, Uuid incarnation) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withBroker(image.brokers().get(broker).withFenced(true));
    }
}
