package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import org.apache.kafka.common.config.ConfigResource;

/** A dynamic config is set, or removed where the value is null. */
public record SetConfig(ConfigResource.Type resourceType, String resourceName, String name, String value)
        implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withConfig(new ConfigResource(resourceType, resourceName), name, value);
    }
}
