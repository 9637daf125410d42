package dev.ahti.api.cluster;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.Timeouts;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.ChangeResult;
import dev.ahti.metadata.MetadataClient.FeatureUpdate;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * UpdateFeatures, v0 to v2: raises {@code ahti.metadata.version} (KIP-584). Any broker takes it; all updates of a request
 * are made, or none. v0 cannot say that it wants a lower level, and v2 has no result for each feature (KIP-1022).
 */
final class UpdateFeaturesHandler implements ApiHandler<UpdateFeaturesRequestData> {
    private static final int LAST_WITH_RESULTS = 1;

    private final MetadataClient metadata;

    UpdateFeaturesHandler(MetadataClient metadata) {
        this.metadata = metadata;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.UPDATE_FEATURES;
    }

    @Override
    public CompletionStage<UpdateFeaturesResponseData> handle(
            RequestContext context, UpdateFeaturesRequestData request) {
        List<FeatureUpdate> updates = request.featureUpdates().stream()
                .map(each -> new FeatureUpdate(each.feature(), each.maxVersionLevel(), each.upgradeType()))
                .toList();
        return metadata.updateFeatures(updates, request.validateOnly(), Timeouts.of(request.timeoutMs()))
                .thenApply(result -> response(context.apiVersion(), request, result));
    }

    private static UpdateFeaturesResponseData response(
            short version, UpdateFeaturesRequestData request, ChangeResult result) {
        UpdateFeaturesResponseData response = new UpdateFeaturesResponseData()
                .setErrorCode(result.error().code())
                .setErrorMessage(result.message());
        if (result.error() == Errors.NONE && version <= LAST_WITH_RESULTS) {
            request.featureUpdates()
                    .forEach(each -> response.results().add(new UpdatableFeatureResult().setFeature(each.feature())));
        }
        return response;
    }
}
