package dev.ahti.replica;

import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.IsrResult;
import dev.ahti.model.PartitionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the ISR proposals of all partitions that this broker leads to the metadata: one batch at a time, in which everything
 * travels that has come up meanwhile (rule 9). A link that breaks concerns every partition at once.
 */
final class IsrProposer {
    private static final Logger LOG = LoggerFactory.getLogger(IsrProposer.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_IN_ONE_BATCH = 1000;

    private final BiFunction<List<IsrProposal>, Duration, CompletionStage<AlterPartitionReply>> metadata;
    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean sending = new AtomicBoolean();

    private record Waiting(IsrProposal proposal, Consumer<Errors> outcome) {}

    IsrProposer(BiFunction<List<IsrProposal>, Duration, CompletionStage<AlterPartitionReply>> metadata) {
        this.metadata = metadata;
    }

    /** @param outcome called once, on any thread; REQUEST_TIMED_OUT where it is unknown */
    void propose(IsrProposal proposal, Consumer<Errors> outcome) {
        waiting.add(new Waiting(proposal, outcome));
        sendNext();
    }

    private void sendNext() {
        while (!waiting.isEmpty() && !sending.getAndSet(true)) {
            List<Waiting> batch = new ArrayList<>();
            Waiting one;
            while (batch.size() < MAX_IN_ONE_BATCH && (one = waiting.poll()) != null) {
                batch.add(one);
            }
            if (!batch.isEmpty()) {
                send(batch);
                return;
            }
            sending.set(false);
        }
    }

    private void send(List<Waiting> batch) {
        metadata.apply(batch.stream().map(Waiting::proposal).toList(), TIMEOUT).whenComplete((reply, failure) -> {
            if (failure != null) {
                LOG.warn("what became of {} ISR proposals is not known yet: {}", batch.size(), failure.toString());
            }
            answer(batch, reply);
            sending.set(false);
            sendNext();
        });
    }

    private static void answer(List<Waiting> batch, AlterPartitionReply reply) {
        Errors forAll = reply == null ? Errors.REQUEST_TIMED_OUT : reply.error();
        Map<PartitionId, Errors> results = new HashMap<>();
        if (reply != null && forAll == Errors.NONE) {
            for (IsrResult result : reply.results()) {
                results.put(result.partition(), result.error());
            }
        }
        for (Waiting one : batch) {
            Errors error = forAll == Errors.NONE
                    ? results.getOrDefault(one.proposal().partition(), Errors.REQUEST_TIMED_OUT)
                    : forAll;
            one.outcome().accept(error);
        }
    }
}
