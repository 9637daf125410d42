package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import dev.ahti.protocol.RequestContext;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiError;

/**
 * IncrementalAlterConfigs, v0 and v1: sets, deletes, appends to and subtracts from single configs (KIP-339). TOPIC, GROUP
 * and the cluster's defaults (BROKER with an empty name) at any broker; BROKER and BROKER_LOGGER at the broker that they
 * name. {@code validateOnly} does everything but the change.
 *
 * <p>Of broker settings the defaults of topic configs can be altered. Left out: CLIENT_METRICS, which Ahti does not serve
 * yet. An operation that does not exist is INVALID_REQUEST (UNKNOWN_SERVER_ERROR in Kafka).
 */
final class IncrementalAlterConfigsHandler implements ApiHandler<IncrementalAlterConfigsRequestData> {
    private final ConfigAlteration alteration;

    IncrementalAlterConfigsHandler(ConfigAlteration alteration) {
        this.alteration = alteration;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public CompletionStage<IncrementalAlterConfigsResponseData> handle(
            RequestContext context, IncrementalAlterConfigsRequestData request) {
        List<ConfigChange> changes = request.resources().stream()
                .map(IncrementalAlterConfigsHandler::change)
                .toList();
        return alteration.alter(changes, request.validateOnly()).thenApply(answers -> {
            IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
            Iterator<ApiError> answer = answers.iterator();
            request.resources().forEach(resource -> response.responses().add(answered(resource, answer.next())));
            return response;
        });
    }

    private static ConfigChange change(AlterConfigsResource resource) {
        return new ConfigChange(
                new ConfigResource(ConfigResource.Type.forId(resource.resourceType()), resource.resourceName()),
                false,
                resource.configs().stream()
                        .map(config -> new ConfigOperation(
                                config.name(), OpType.forId(config.configOperation()), config.value()))
                        .toList());
    }

    private static AlterConfigsResourceResponse answered(AlterConfigsResource resource, ApiError answer) {
        return new AlterConfigsResourceResponse()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName())
                .setErrorCode(answer.error().code())
                .setErrorMessage(answer.isSuccess() ? null : answer.message());
    }
}
