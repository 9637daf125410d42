package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.ClusterImage;
import java.util.ArrayList;
import java.util.List;

/** The events of one persist while they are decided, and the image that they would make. */
final class Draft {
    private final List<MetadataEvent> events = new ArrayList<>();
    private ClusterImage image;

    Draft(ClusterImage image) {
        this.image = image;
    }

    void add(MetadataEvent event) {
        image = event.applyTo(image);
        events.add(event);
    }

    ClusterImage image() {
        return image;
    }

    List<MetadataEvent> events() {
        return List.copyOf(events);
    }
}
