package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import org.apache.kafka.common.Uuid;

/** The broker is in controlled shutdown: its leaderships and ISR memberships move away (rule 19). */
public record ShutDownBroker(int broker, Uuid incarnation) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withBroker(image.brokers().get(broker).withShuttingDown());
    }
}
