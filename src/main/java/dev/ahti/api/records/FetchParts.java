package dev.ahti.api.records;

import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;

/** The part of a client's fetch that one leader is asked for. */
final class FetchParts {
    private FetchParts() {}

    /** Outside any session, with what the client's own request says of time, bytes at least, and isolation. */
    static FetchRequestData request(
            FetchRequestData client, List<PartitionFetch> partitions, boolean byTopicId, int maxBytes) {
        FetchRequestData part = new FetchRequestData()
                .setMaxWaitMs(client.maxWaitMs())
                .setMinBytes(client.minBytes())
                .setMaxBytes(maxBytes)
                .setIsolationLevel(client.isolationLevel());
        FetchTopic topic = null;
        for (PartitionFetch each : partitions) {
            if (topic == null || !isOf(topic, each, byTopicId)) {
                topic = byTopicId
                        ? new FetchTopic().setTopicId(each.topicId())
                        : new FetchTopic().setTopic(each.topic());
                part.topics().add(topic);
            }
            topic.partitions()
                    .add(new FetchPartition()
                            .setPartition(each.partition())
                            .setFetchOffset(each.offset())
                            .setPartitionMaxBytes(each.maxBytes())
                            .setCurrentLeaderEpoch(each.currentLeaderEpoch())
                            .setLastFetchedEpoch(each.lastFetchedEpoch()));
        }
        return part;
    }

    private static boolean isOf(FetchTopic topic, PartitionFetch partition, boolean byTopicId) {
        return byTopicId
                ? topic.topicId().equals(partition.topicId())
                : topic.topic().equals(partition.topic());
    }

    /** Of records. */
    static int bytes(FetchResponseData answer) {
        return answer.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .mapToInt(partition ->
                        partition.records() == null ? 0 : partition.records().sizeInBytes())
                .sum();
    }
}
