package dev.ahti.api.cluster;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.Timeouts;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.ElectionResult;
import dev.ahti.metadata.MetadataClient.NamedPartition;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.protocol.RequestContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * ElectLeaders, v0 to v2: makes the first replica of partitions lead again, or, from v1 on, anybody who is alive of
 * partitions that nobody leads (KIP-460). Any broker takes it. Without partitions it means all; then those that had what
 * they should are left out of the answer, as in Kafka.
 */
final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequestData> {
    private final MetadataClient metadata;

    ElectLeadersHandler(MetadataClient metadata) {
        this.metadata = metadata;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ELECT_LEADERS;
    }

    @Override
    public CompletionStage<ElectLeadersResponseData> handle(RequestContext context, ElectLeadersRequestData request) {
        ElectionType type = type(request.electionType());
        boolean all = request.topicPartitions() == null;
        Map<String, ReplicaElectionResult> byTopic = new LinkedHashMap<>();
        List<NamedPartition> partitions = all ? concerned(type, byTopic) : named(request, byTopic);
        return metadata.electLeaders(type, partitions, Timeouts.of(request.timeoutMs()))
                .thenApply(results -> {
                    results.stream()
                            .filter(each -> !all || each.error() != Errors.ELECTION_NOT_NEEDED)
                            .forEach(each -> byTopic.get(each.partition().topic())
                                    .partitionResult()
                                    .add(result(each)));
                    return new ElectLeadersResponseData().setReplicaElectionResults(List.copyOf(byTopic.values()));
                });
    }

    private static ElectionType type(byte code) {
        try {
            return ElectionType.valueOf(code);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("Unknown election type " + code);
        }
    }

    private static List<NamedPartition> named(
            ElectLeadersRequestData request, Map<String, ReplicaElectionResult> byTopic) {
        request.topicPartitions().forEach(topic -> byTopic.put(topic.topic(), resultsOf(topic.topic())));
        return request.topicPartitions().stream()
                .flatMap(topic -> topic.partitions().stream().map(each -> new NamedPartition(topic.topic(), each)))
                .toList();
    }

    /** Of all partitions those that have not got what they should, as this broker sees it. */
    private List<NamedPartition> concerned(ElectionType type, Map<String, ReplicaElectionResult> byTopic) {
        var topics = metadata.image().topics().values();
        topics.forEach(topic -> byTopic.put(topic.name(), resultsOf(topic.name())));
        return topics.stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(each -> type == ElectionType.PREFERRED
                                ? !each.hasPreferredLeader()
                                : each.leader() == PartitionImage.NO_LEADER)
                        .map(each -> new NamedPartition(topic.name(), each.id().partition())))
                .toList();
    }

    private static ReplicaElectionResult resultsOf(String topic) {
        return new ReplicaElectionResult().setTopic(topic);
    }

    private static PartitionResult result(ElectionResult result) {
        return new PartitionResult()
                .setPartitionId(result.partition().partition())
                .setErrorCode(result.error().code())
                .setErrorMessage(result.message());
    }
}
