package dev.ahti.api;

import dev.ahti.protocol.RequestContext;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The handlers of this broker, one for each Kafka API. Connections ask it; {@code server} puts it together. A handler
 * that throws, or whose stage fails, is answered for here, so that a connection only ever sees responses.
 */
public final class ApiHandlers implements RequestDispatcher {
    private final Map<ApiKeys, ApiHandler<?>> handlers = new EnumMap<>(ApiKeys.class);

    private ApiHandlers(Collection<? extends ApiHandler<?>> all) {
        for (ApiHandler<?> handler : all) {
            if (handlers.put(handler.apiKey(), handler) != null) {
                throw new IllegalArgumentException("two handlers for " + handler.apiKey());
            }
        }
    }

    public static ApiHandlers create(Collection<? extends ApiHandler<?>> handlers) {
        return new ApiHandlers(handlers);
    }

    /** What is answered: the same as what is advertised. */
    public Set<ApiKeys> apiKeys() {
        return Collections.unmodifiableSet(handlers.keySet());
    }

    @Override
    public CompletionStage<? extends ApiMessage> dispatch(RequestContext context, ApiMessage request) {
        try {
            CompletionStage<? extends ApiMessage> response = handle(context, request);
            return isDone(response)
                    ? response
                    : response.handle((message, failure) ->
                            failure == null ? message : ErrorResponses.of(context, request, failure));
        } catch (RuntimeException e) {
            return answered(context, request, e);
        }
    }

    private static CompletionStage<ApiMessage> answered(RequestContext context, ApiMessage request, Exception failure) {
        try {
            return CompletableFuture.completedFuture(ErrorResponses.of(context, request, failure));
        } catch (CloseConnection close) {
            return CompletableFuture.failedFuture(close);
        }
    }

    @SuppressWarnings("unchecked")
    private CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage request) {
        ApiHandler<ApiMessage> handler = (ApiHandler<ApiMessage>) handlers.get(context.apiKey());
        if (handler == null) {
            throw new UnsupportedVersionException(context.apiKey() + " is not supported");
        }
        return Objects.requireNonNull(handler.handle(context, request), "a handler answers with a stage");
    }

    /** Most answers are ready at once: they need no further stage. */
    private static boolean isDone(CompletionStage<?> response) {
        return response instanceof CompletableFuture<?> future && future.isDone() && !future.isCompletedExceptionally();
    }
}
