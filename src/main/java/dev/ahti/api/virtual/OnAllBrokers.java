package dev.ahti.api.virtual;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Answers what Kafka's brokers answer each for itself: all that are online are asked. */
final class OnAllBrokers<Q extends ApiMessage, R extends ApiMessage> implements ApiHandler<Q> {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ApiKeys apiKey;
    private final AllBrokers brokers;
    private final BiFunction<Q, Map<Integer, R>, R> merge;

    /** @param merge the request and the answers by broker, this one's first; null from those that gave none */
    OnAllBrokers(ApiKeys apiKey, AllBrokers brokers, BiFunction<Q, Map<Integer, R>, R> merge) {
        this.apiKey = apiKey;
        this.brokers = brokers;
        this.merge = merge;
    }

    @Override
    public ApiKeys apiKey() {
        return apiKey;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, Q request) {
        Map<Integer, CompletableFuture<R>> asked = new LinkedHashMap<>();
        for (int broker : brokers.online()) {
            asked.put(broker, ask(broker, context, request));
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    Map<Integer, R> answers = new LinkedHashMap<>();
                    asked.forEach((broker, answer) -> answers.put(broker, answer.join()));
                    return merge.apply(request, answers);
                });
    }

    @SuppressWarnings("unchecked")
    private CompletableFuture<R> ask(int broker, RequestContext context, Q request) {
        return brokers.ask(broker, new Part(context, request, List.of(), context.receivedNanos() + LIMIT_NANOS))
                .handle((answer, failure) -> failure == null ? (R) answer : null)
                .toCompletableFuture();
    }
}
