package dev.ahti.api.cluster;

import dev.ahti.api.ApiHandler;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplicas;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DescribeLogDirs, v1 to v5: what this broker keeps on its disk (KIP-113), and how large that disk is (v4, KIP-827). Each
 * broker answers for itself. No topics named (null) means all; a partition that is not here is left out, as in Kafka.
 *
 * <p>There is one data directory. The lag is how far this replica's log end is behind the high watermark that it knows.
 * Left out: future replicas and cordoned directories, which go with moving partitions between directories.
 */
final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequestData> {
    private static final Logger log = LoggerFactory.getLogger(DescribeLogDirsHandler.class);

    private final MetadataClient metadata;
    private final LocalReplicas replicas;
    private final Path directory;

    DescribeLogDirsHandler(MetadataClient metadata, LocalReplicas replicas, Path directory) {
        this.metadata = metadata;
        this.replicas = replicas;
        this.directory = directory;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_LOG_DIRS;
    }

    @Override
    public CompletionStage<DescribeLogDirsResponseData> handle(
            RequestContext context, DescribeLogDirsRequestData request) {
        DescribeLogDirsResult result =
                new DescribeLogDirsResult().setLogDir(directory.toAbsolutePath().toString());
        try {
            FileStore disk = Files.getFileStore(directory);
            result.setTotalBytes(disk.getTotalSpace())
                    .setUsableBytes(disk.getUsableSpace())
                    .setTopics(topics(metadata.image(), asked(request)));
        } catch (IOException e) {
            log.warn("cannot read the size of the disk that holds {}", directory, e);
            result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
        return CompletableFuture.completedFuture(new DescribeLogDirsResponseData().setResults(List.of(result)));
    }

    private static Predicate<Local> asked(DescribeLogDirsRequestData request) {
        if (request.topics() == null) {
            return replica -> true;
        }
        Map<String, Set<Integer>> asked = request.topics().stream()
                .collect(Collectors.toMap(
                        DescribableLogDirTopic::topic, topic -> new HashSet<>(topic.partitions()), (one, other) -> {
                            one.addAll(other);
                            return one;
                        }));
        return replica -> asked.getOrDefault(replica.topic(), Set.of())
                .contains(replica.of().id().partition());
    }

    private List<DescribeLogDirsTopic> topics(ClusterImage image, Predicate<Local> asked) {
        TreeMap<String, DescribeLogDirsTopic> topics = new TreeMap<>();
        for (LocalReplica replica : replicas.all()) {
            TopicImage topic = image.topic(replica.id().topicId());
            if (topic != null && asked.test(new Local(topic.name(), replica))) {
                topics.computeIfAbsent(topic.name(), name -> new DescribeLogDirsTopic().setName(name))
                        .partitions()
                        .add(described(replica));
            }
        }
        return List.copyOf(topics.values());
    }

    private static DescribeLogDirsPartition described(LocalReplica replica) {
        long behind = replica.leadership().highWatermark() - replica.log().logEndOffset();
        return new DescribeLogDirsPartition()
                .setPartitionIndex(replica.id().partition())
                .setPartitionSize(replica.log().size())
                .setOffsetLag(Math.max(0, behind));
    }

    private record Local(String topic, LocalReplica of) {}
}
