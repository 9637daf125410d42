package dev.ahti.api.virtual;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.CloseConnection;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.ErrorResponses;
import dev.ahti.protocol.RequestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Answers requests about partitions at any broker: the leaders are asked, each for its own, and the answers are merged.
 *
 * <pre>
 *   cut ──> asked ──(answer)──────────────────────────────────────> merged
 *    ^        ├─────(nothing done)──> a pause, while patience lasts ──> NOT_LEADER_OR_FOLLOWER
 *    │        │                         │
 *    └────────┼─────────────────────────┘
 *             └─────(sent, no answer)──> again where that does no harm, or REQUEST_TIMED_OUT
 * </pre>
 *
 * The errors are those of partitions; a {@link Split} may have others.
 */
final class ByLeader<Q extends ApiMessage, R extends ApiMessage> implements ApiHandler<Q> {
    /** About what it takes to move the leaders of a broker that died; clients have longer patience of their own. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ApiKeys apiKey;
    private final Split<Q, R> split;
    private final AllBrokers brokers;
    private final DeadlineTimer timer;

    ByLeader(ApiKeys apiKey, Split<Q, R> split, AllBrokers brokers, DeadlineTimer timer) {
        this.apiKey = apiKey;
        this.split = split;
        this.brokers = brokers;
        this.timer = timer;
    }

    @Override
    public ApiKeys apiKey() {
        return apiKey;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, Q request) {
        return answer(context, request);
    }

    private CompletionStage<R> answer(RequestContext context, Q request) {
        Leaders leaders = brokers.leaders();
        Map<Integer, Q> parts = split.cut(request, context.apiVersion(), leaders);
        List<CompletableFuture<R>> asked = new ArrayList<>(parts.size());
        if (parts.isEmpty()) {
            asked.add(ask(context, brokers.self(), request, leaders));
        }
        parts.forEach((broker, part) -> asked.add(ask(context, broker, parts.size() == 1 ? request : part, leaders)));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> merge(context, request, asked));
    }

    private R merge(RequestContext context, Q request, List<CompletableFuture<R>> asked) {
        List<R> answers = asked.stream().map(CompletableFuture::join).toList();
        // Null where no response is wanted: then none of the parts has one.
        if (answers.stream().anyMatch(Objects::isNull)) {
            return null;
        }
        return answers.size() == 1 ? split.single(answers.get(0)) : split.merge(request, context.apiVersion(), answers);
    }

    @SuppressWarnings("unchecked")
    private CompletableFuture<R> ask(RequestContext context, int broker, Q part, Leaders leaders) {
        CompletionStage<ApiMessage> answer = broker == Leaders.NOBODY
                ? CompletableFuture.failedFuture(new NothingDone("no leader"))
                : brokers.ask(
                        broker,
                        new Part(context, part, leaders.expectedOf(broker), split.deadlineNanos(context, part)));
        return answer.handle((message, failure) -> failure == null
                        ? CompletableFuture.completedFuture((R) message)
                        : unanswered(context, part, Errors.maybeUnwrapException(failure)))
                .thenCompose(Function.identity())
                .toCompletableFuture();
    }

    private CompletableFuture<R> unanswered(RequestContext context, Q part, Throwable failure) {
        if (failure instanceof CloseConnection) {
            return CompletableFuture.failedFuture(failure);
        }
        boolean begun = failure instanceof OutcomeUnknown;
        boolean again = begun ? split.mayRepeat() : failure instanceof NothingDone && split.mayBeginLate();
        if (again && hasPatience(context, part)) {
            CompletableFuture<R> later = new CompletableFuture<>();
            timer.after(PAUSE_NANOS, () -> answer(context, part).whenComplete((message, failed) -> {
                if (failed == null) {
                    later.complete(message);
                } else {
                    later.completeExceptionally(failed);
                }
            }));
            return later;
        }
        if (begun || failure instanceof NothingDone) {
            split.refused(part);
        }
        boolean harmless = failure instanceof NothingDone || (begun && split.mayRepeat());
        Errors unknown = begun ? split.outcomeUnknown() : Errors.forException(failure);
        return refused(context, part, harmless ? split.nothingDone() : unknown);
    }

    @SuppressWarnings("unchecked")
    private CompletableFuture<R> refused(RequestContext context, Q part, Errors error) {
        try {
            return CompletableFuture.completedFuture((R) ErrorResponses.of(context, part, error.exception()));
        } catch (CloseConnection close) {
            return CompletableFuture.failedFuture(close);
        }
    }

    private boolean hasPatience(RequestContext context, Q part) {
        long now = System.nanoTime();
        return now - context.receivedNanos() < PATIENCE_NANOS
                && now + PAUSE_NANOS - split.deadlineNanos(context, part) < 0;
    }
}
