package dev.ahti.api.records;

import dev.ahti.replica.LocalReplica.ReadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Builds fetch responses. Fields that a version lacks are left out when it is written. */
final class FetchAnswers {
    private static final long INVALID = -1;

    private FetchAnswers() {}

    /** @param included which results to send, or null for all */
    static FetchResponseData of(
            int sessionId, List<PartitionFetch> partitions, PartitionData[] results, boolean[] included) {
        List<FetchableTopicResponse> topics = new ArrayList<>();
        FetchableTopicResponse topic = null;
        for (int i = 0; i < results.length; i++) {
            if (included != null && !included[i]) {
                continue;
            }
            PartitionFetch partition = partitions.get(i);
            if (topic == null || !isOf(topic, partition)) {
                topic = new FetchableTopicResponse()
                        .setTopic(partition.topic() == null ? "" : partition.topic())
                        .setTopicId(partition.topicId());
                topics.add(topic);
            }
            topic.partitions().add(results[i]);
        }
        return new FetchResponseData().setSessionId(sessionId).setResponses(topics);
    }

    private static boolean isOf(FetchableTopicResponse topic, PartitionFetch partition) {
        return partition.topic() == null
                ? topic.topicId().equals(partition.topicId())
                : Objects.equals(topic.topic(), partition.topic());
    }

    static FetchResponseData failed(Errors error) {
        return new FetchResponseData().setErrorCode(error.code());
    }

    static PartitionData failed(int partition, Errors error) {
        return new PartitionData()
                .setPartitionIndex(partition)
                .setErrorCode(error.code())
                .setHighWatermark(INVALID)
                .setRecords(MemoryRecords.EMPTY);
    }

    static PartitionData found(int partition, ReadResult read, boolean readCommitted) {
        PartitionData data = new PartitionData()
                .setPartitionIndex(partition)
                .setHighWatermark(read.highWatermark())
                .setLastStableOffset(read.lastStableOffset())
                .setLogStartOffset(read.logStartOffset())
                .setAbortedTransactions(readCommitted ? read.abortedTransactions() : null)
                .setRecords(read.records() == null ? MemoryRecords.EMPTY : read.records());
        return read.diverging() == null ? data : data.setDivergingEpoch(read.diverging());
    }
}
