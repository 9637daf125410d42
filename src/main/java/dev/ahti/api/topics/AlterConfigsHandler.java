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
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiError;

/**
 * AlterConfigs, v0 to v2: replaces all configs of a resource; what is not named returns to its default. Older than
 * IncrementalAlterConfigs, with the same rules otherwise, but without BROKER_LOGGER.
 */
final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequestData> {
    private final ConfigAlteration alteration;

    AlterConfigsHandler(ConfigAlteration alteration) {
        this.alteration = alteration;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_CONFIGS;
    }

    @Override
    public CompletionStage<AlterConfigsResponseData> handle(RequestContext context, AlterConfigsRequestData request) {
        List<ConfigChange> changes =
                request.resources().stream().map(AlterConfigsHandler::change).toList();
        return alteration.alter(changes, request.validateOnly()).thenApply(answers -> {
            AlterConfigsResponseData response = new AlterConfigsResponseData();
            Iterator<ApiError> answer = answers.iterator();
            request.resources().forEach(resource -> response.responses().add(answered(resource, answer.next())));
            return response;
        });
    }

    private static AlterConfigsResourceResponse answered(AlterConfigsResource resource, ApiError answer) {
        return new AlterConfigsResourceResponse()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName())
                .setErrorCode(answer.error().code())
                .setErrorMessage(answer.isSuccess() ? null : answer.message());
    }

    private static ConfigChange change(AlterConfigsResource resource) {
        return new ConfigChange(
                new ConfigResource(ConfigResource.Type.forId(resource.resourceType()), resource.resourceName()),
                true,
                resource.configs().stream()
                        .map(config -> new ConfigOperation(config.name(), OpType.SET, config.value()))
                        .toList());
    }
}
