package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Has what members ask of a coordinator that is loading wait for it a short while. Told COORDINATOR_LOAD_IN_PROGRESS at once,
 * they would ask again after 0.1, 0.2, 0.4 and 0.8 s (KIP-580), and go on that much later than they could.
 */
final class AfterLoading<Q extends ApiMessage> implements ApiHandler<Q> {
    private final ApiHandler<Q> handler;
    private final Function<Q, String> group;
    private final Function<String, CompletableFuture<Void>> loaded;

    /** @param loaded when requests for a group may be asked, however they are then answered */
    AfterLoading(ApiHandler<Q> handler, Function<Q, String> group, Function<String, CompletableFuture<Void>> loaded) {
        this.handler = handler;
        this.group = group;
        this.loaded = loaded;
    }

    @Override
    public ApiKeys apiKey() {
        return handler.apiKey();
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, Q request) {
        CompletableFuture<Void> ready = loaded.apply(group.apply(request));
        return ready.isDone()
                ? handler.handle(context, request)
                : ready.thenCompose(now -> handler.handle(context, request));
    }
}
