package dev.ahti.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.apache.kafka.common.Uuid;

/**
 * A partition by the id of its topic, so that a topic that is deleted and made again under the same name is never taken
 * for the earlier one (KIP-516). Written as {@code <topic id>-<partition>}.
 */
public record PartitionId(Uuid topicId, int partition) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static PartitionId parse(String text) {
        int dash = text.lastIndexOf('-');
        return new PartitionId(Uuid.fromString(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
    }

    @JsonValue
    @Override
    public String toString() {
        return topicId + "-" + partition;
    }
}
