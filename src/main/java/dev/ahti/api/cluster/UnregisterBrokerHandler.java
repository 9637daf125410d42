package dev.ahti.api.cluster;

import dev.ahti.api.ApiHandler;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.protocol.RequestContext;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * UnregisterBroker, v0: forgets a broker that is gone for good. Any broker takes it. Unlike Kafka it is refused while the
 * broker runs, and while a partition waits for it.
 */
final class UnregisterBrokerHandler implements ApiHandler<UnregisterBrokerRequestData> {
    /** The request has no time of its own; a client waits longer. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final MetadataClient metadata;

    UnregisterBrokerHandler(MetadataClient metadata) {
        this.metadata = metadata;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.UNREGISTER_BROKER;
    }

    @Override
    public CompletionStage<UnregisterBrokerResponseData> handle(
            RequestContext context, UnregisterBrokerRequestData request) {
        return metadata.unregisterBroker(request.brokerId(), TIMEOUT)
                .thenApply(result -> new UnregisterBrokerResponseData()
                        .setErrorCode(result.error().code())
                        .setErrorMessage(result.message()));
    }
}
