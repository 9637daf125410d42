package dev.ahti.api.virtual;

import dev.ahti.api.RequestDispatcher;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplica.Leadership;
import dev.ahti.replica.LocalReplicas;
import dev.ahti.replica.RefusedSequences;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Answers parts of requests that belong to this broker, whoever got the request. It hands nothing on. */
public final class LocalAnswers {
    private final LocalReplicas replicas;
    private final RequestDispatcher handlers;

    /** @param handlers of this broker alone */
    public LocalAnswers(LocalReplicas replicas, RequestDispatcher handlers) {
        this.replicas = replicas;
        this.handlers = handlers;
    }

    /** Fails with {@link NothingDone} where this broker does not lead what it is expected to. */
    @SuppressWarnings("unchecked")
    public CompletionStage<ApiMessage> answer(Part part) {
        if (leadsAll(part.leaders())) {
            return (CompletionStage<ApiMessage>) handlers.dispatch(part.context(), part.request());
        }
        if (part.request() instanceof ProduceRequestData produce) {
            ProduceSplit.refused(replicas.refused(), produce);
        }
        return CompletableFuture.failedFuture(new NothingDone("does not lead all that it is asked for"));
    }

    RefusedSequences refused() {
        return replicas.refused();
    }

    private boolean leadsAll(List<ExpectedLeader> leaders) {
        for (ExpectedLeader each : leaders) {
            LocalReplica replica = replicas.get(each.partition());
            Leadership leadership = replica == null ? null : replica.leadership();
            if (leadership == null || !leadership.leading() || leadership.leaderEpoch() < each.leaderEpoch()) {
                return false;
            }
        }
        return true;
    }
}
