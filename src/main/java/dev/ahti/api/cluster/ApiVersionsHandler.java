package dev.ahti.api.cluster;

import dev.ahti.api.ApiHandler;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataSettings;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.protocol.RequestContext;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;

/**
 * ApiVersions, v0 to v4: which APIs this broker serves and in which versions (KIP-35), with the features of KIP-584.
 *
 * <p>Any broker answers. From v3 on the client gives its name and version; a name that is not well-formed is
 * INVALID_REQUEST (KIP-511). {@code metadata.version} is always there, at the level of the Kafka whose protocol Ahti
 * speaks, because tools switch functions off without it, and {@code group.version} for the groups of KIP-848; they cannot be
 * changed. {@code ahti.metadata.version} is that of our
 * own metadata (rule 29). Left out on purpose: features of what Ahti
 * does not serve ({@code transaction.version} and the like), and {@code kraft.version}, since there is no quorum. A request
 * version that does not exist never gets here: the connection answers it with v0 and UNSUPPORTED_VERSION.
 */
final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequestData> {
    private final MetadataClient metadata;
    private final Collection<ApiVersion> advertised;

    ApiVersionsHandler(MetadataClient metadata, Collection<ApiVersion> advertised) {
        this.metadata = metadata;
        this.advertised = advertised;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.API_VERSIONS;
    }

    @Override
    public CompletionStage<ApiVersionsResponseData> handle(RequestContext context, ApiVersionsRequestData request) {
        ApiVersionsResponseData response = new ApiVersionsResponseData();
        if (!new ApiVersionsRequest(request, context.apiVersion()).isValid()) {
            return CompletableFuture.completedFuture(response.setErrorCode(Errors.INVALID_REQUEST.code()));
        }
        // An element of these collections can be in one collection only.
        advertised.forEach(version -> response.apiKeys().add(version.duplicate()));
        addFeatures(response, metadata.image());
        return CompletableFuture.completedFuture(response);
    }

    private static void addFeatures(ApiVersionsResponseData response, ClusterImage image) {
        Map<String, Short> finalized = new TreeMap<>(image.features());
        finalized.putAll(MetadataSettings.KAFKA_FEATURES);
        finalized.forEach((name, level) -> response.finalizedFeatures()
                .add(new FinalizedFeatureKey()
                        .setName(name)
                        .setMinVersionLevel(level)
                        .setMaxVersionLevel(level)));
        new TreeMap<>(MetadataSettings.KAFKA_FEATURES).forEach((name, level) -> support(response, name, level, level));
        support(response, MetadataSettings.METADATA_VERSION_FEATURE, (short) 1, MetadataSettings.METADATA_VERSION);
        response.setFinalizedFeaturesEpoch(image.version());
    }

    private static void support(ApiVersionsResponseData response, String feature, short min, short max) {
        response.supportedFeatures()
                .add(new SupportedFeatureKey()
                        .setName(feature)
                        .setMinVersion(min)
                        .setMaxVersion(max));
    }
}
