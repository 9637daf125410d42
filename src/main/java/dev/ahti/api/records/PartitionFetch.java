package dev.ahti.api.records;

import org.apache.kafka.common.Uuid;

/**
 * What a fetch asks of one partition.
 *
 * @param topic the topic's name, or null where the request goes by id
 * @param topicId zero where the request goes by name
 * @param maxBytes at most so many bytes of records, unless the first batch is larger (KIP-74)
 */
record PartitionFetch(
        String topic,
        Uuid topicId,
        int partition,
        long offset,
        int maxBytes,
        int currentLeaderEpoch,
        int lastFetchedEpoch) {

    /** What a fetch session knows the partition by. */
    Key key() {
        return new Key(topic == null ? topicId : topic, partition);
    }

    /** @param topic the topic's id or its name */
    record Key(Object topic, int partition) {}
}
