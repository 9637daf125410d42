package dev.ahti.group;

import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code __consumer_offsets}, whose partitions are the slots of the group coordinators: a group belongs to one slot, and
 * its coordinator is the broker that leads it. May be asked from any thread.
 */
public interface OffsetsTopic {
    String NAME = Topic.GROUP_METADATA_TOPIC_NAME;

    /**
     * The slot of a group, by Kafka's hash. With the topic's partitions where it exists, else with
     * {@code offsets.topic.num.partitions}.
     */
    int partitionFor(String groupId);

    /**
     * Creates the topic unless it exists. Never fails.
     *
     * @return NONE once this node's image shows the topic; COORDINATOR_NOT_AVAILABLE while fewer brokers are registered than
     *     it is to have replicas, or where it could not be created for now. Clients try again
     */
    CompletionStage<Errors> ensureCreated();

    /** The broker that leads a slot as this node's image has it; empty without a topic, a partition, or a leader. */
    OptionalInt leaderOf(int slot);
}
