package dev.ahti.api.virtual;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * IncrementalAlterConfigs: log levels, which Kafka's brokers keep each for itself, are altered at all brokers. The answer is
 * this broker's; one that cannot be reached keeps its levels, as one that is down would.
 */
final class LoggersOfAll implements ApiHandler<IncrementalAlterConfigsRequestData> {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AllBrokers brokers;

    LoggersOfAll(AllBrokers brokers) {
        this.brokers = brokers;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(
            RequestContext context, IncrementalAlterConfigsRequestData request) {
        CompletionStage<ApiMessage> here = ask(brokers.self(), context, request);
        IncrementalAlterConfigsRequestData levels =
                new IncrementalAlterConfigsRequestData().setValidateOnly(request.validateOnly());
        for (AlterConfigsResource resource : request.resources()) {
            if (resource.resourceType() == ConfigResource.Type.BROKER_LOGGER.id()) {
                levels.resources().add(resource.duplicate());
            }
        }
        CompletionStage<ApiMessage> all = here;
        for (int broker : brokers.online()) {
            if (broker != brokers.self() && !levels.resources().isEmpty()) {
                CompletionStage<?> there = ask(broker, context, levels).exceptionally(failure -> null);
                all = all.thenCombine(there, (answer, done) -> answer);
            }
        }
        return all;
    }

    private CompletionStage<ApiMessage> ask(
            int broker, RequestContext context, IncrementalAlterConfigsRequestData request) {
        return brokers.ask(broker, new Part(context, request, List.of(), context.receivedNanos() + LIMIT_NANOS));
    }
}
