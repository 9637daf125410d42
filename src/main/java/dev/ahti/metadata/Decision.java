package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a request comes to: the events to persist at once, and the answer, given once they are stored.
 *
 * @param answer called with the epoch and version that the answer carries
 */
record Decision(List<MetadataEvent> events, Consumer<Stamp> answer) {

    record Stamp(int epoch, long version) {}
}
