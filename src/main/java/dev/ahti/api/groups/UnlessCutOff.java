package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ErrorResponses;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * A broker that may be cut off from the others coordinates nothing: somebody else may do so by now, with newer offsets. That
 * is looked at before a group is asked and before its answer leaves, so also by a process that was stopped in between.
 */
final class UnlessCutOff<Q extends ApiMessage> implements ApiHandler<Q> {
    private final ApiHandler<Q> handler;
    private final BooleanSupplier seesMajority;
    private final Errors otherwise;

    /** @param otherwise what clients are told then: to look for the coordinator again */
    UnlessCutOff(ApiHandler<Q> handler, BooleanSupplier seesMajority, Errors otherwise) {
        this.handler = handler;
        this.seesMajority = seesMajority;
        this.otherwise = otherwise;
    }

    @Override
    public ApiKeys apiKey() {
        return handler.apiKey();
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, Q request) {
        if (!seesMajority.getAsBoolean()) {
            return CompletableFuture.completedFuture(refused(context, request));
        }
        return handler.handle(context, request)
                .thenApply(answer -> seesMajority.getAsBoolean() ? answer : refused(context, request));
    }

    private ApiMessage refused(RequestContext context, Q request) {
        return ErrorResponses.of(context, request, otherwise.exception());
    }
}
