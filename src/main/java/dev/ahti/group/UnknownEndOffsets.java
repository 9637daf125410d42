package dev.ahti.group;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.util.PartitionMetadataClient;

/** Only share groups ask for the end offsets of partitions, and they are not served yet. */
final class UnknownEndOffsets implements PartitionMetadataClient {
    @Override
    public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(Set<TopicPartition> partitions) {
        OffsetResponse unknown = new OffsetResponse(-1, Errors.UNSUPPORTED_VERSION);
        return partitions.stream()
                .collect(Collectors.toMap(
                        partition -> partition, partition -> CompletableFuture.completedFuture(unknown)));
    }

    @Override
    public void close() {}
}
