package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.Timeouts;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.MorePartitions;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * CreatePartitions, v0 to v3: raises the number of partitions of topics (KIP-195). Any broker takes it; the numbers and
 * assignments are checked by {@code PartitionMetadata}, and the answer comes once this broker's image shows the new
 * partitions. {@code validateOnly} does everything but the persist.
 */
final class CreatePartitionsHandler implements ApiHandler<CreatePartitionsRequestData> {
    private final MetadataClient metadata;

    CreatePartitionsHandler(MetadataClient metadata) {
        this.metadata = metadata;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CREATE_PARTITIONS;
    }

    @Override
    public CompletionStage<CreatePartitionsResponseData> handle(
            RequestContext context, CreatePartitionsRequestData request) {
        CreatePartitionsResponseData response = new CreatePartitionsResponseData();
        Set<String> duplicates = Duplicates.in(request.topics().stream().map(CreatePartitionsTopic::name));
        duplicates.forEach(name -> add(response, name, Errors.INVALID_REQUEST, "Duplicate topic name."));
        List<MorePartitions> wanted = request.topics().stream()
                .filter(topic -> !duplicates.contains(topic.name()))
                .map(CreatePartitionsHandler::morePartitions)
                .toList();
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(response);
        }
        return metadata.createPartitions(wanted, request.validateOnly(), Timeouts.of(request.timeoutMs()))
                .thenApply(results -> {
                    results.forEach(result -> add(response, result.name(), result.error(), result.message()));
                    return response;
                });
    }

    private static MorePartitions morePartitions(CreatePartitionsTopic topic) {
        List<List<Integer>> assignments = topic.assignments() == null
                ? List.of()
                : topic.assignments().stream()
                        .map(CreatePartitionsAssignment::brokerIds)
                        .toList();
        return new MorePartitions(topic.name(), topic.count(), assignments);
    }

    private static void add(CreatePartitionsResponseData response, String name, Errors error, String message) {
        response.results()
                .add(new CreatePartitionsTopicResult()
                        .setName(name)
                        .setErrorCode(error.code())
                        .setErrorMessage(message));
    }
}
