package dev.ahti.management;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a group is behind.
 *
 * @param type {@code Classic} or {@code Consumer}, which protocol it uses; {@code protocolType} and {@code state} in Kafka's words
 * @param partitions those with a commit, sorted
 */
public record GroupLag(String group, String type, String protocolType, String state, List<PartitionLag> partitions) {

    /**
     * @param logEndOffset the high watermark; this and what follows from it is empty where the leader has not answered
     * @param records not consumed yet
     * @param seconds since the oldest of them was made; also empty where that has no time
     */
    public record PartitionLag(
            TopicPartition partition,
            long committedOffset,
            OptionalLong logEndOffset,
            OptionalLong records,
            OptionalDouble seconds) {}

    /** Of those partitions that are known. */
    public long records() {
        return partitions.stream().mapToLong(each -> each.records().orElse(0)).sum();
    }

    /** Of the partition that is furthest behind; empty if none is known. */
    public OptionalDouble seconds() {
        return partitions.stream()
                .flatMapToDouble(each -> each.seconds().stream())
                .max();
    }
}
