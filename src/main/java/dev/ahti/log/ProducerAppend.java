package dev.ahti.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An append that {@link ProducerStates#check} allowed, or knows to be in the log already: what the state will be once the
 * batches are written.
 */
final class ProducerAppend {
    private final AppendedBatch duplicate;
    private long endOffset;
    private Map<Long, ProducerState> producers = Map.of();
    private List<ProducerState> startedTransactions = List.of();
    private List<CompletedTxn> completedTransactions = List.of();

    ProducerAppend(long endOffset) {
        this.endOffset = endOffset;
        this.duplicate = null;
    }

    ProducerAppend(AppendedBatch duplicate) {
        this.endOffset = -1;
        this.duplicate = duplicate;
    }

    /** Set if the batch is a duplicate: it must not be written, and its answer has these offsets. */
    Optional<AppendedBatch> duplicate() {
        return Optional.ofNullable(duplicate);
    }

    ProducerState producer(long producerId) {
        return producers.get(producerId);
    }

    void put(ProducerState state) {
        if (producers.isEmpty()) {
            producers = new HashMap<>(4);
        }
        producers.put(state.producerId(), state);
    }

    void started(ProducerState state) {
        if (startedTransactions.isEmpty()) {
            startedTransactions = new ArrayList<>(1);
        }
        startedTransactions.add(state);
    }

    void completed(CompletedTxn transaction) {
        if (completedTransactions.isEmpty()) {
            completedTransactions = new ArrayList<>(1);
        }
        completedTransactions.add(transaction);
    }

    void endOffset(long offset) {
        endOffset = offset;
    }

    long endOffset() {
        return endOffset;
    }

    Map<Long, ProducerState> producers() {
        return producers;
    }

    List<ProducerState> startedTransactions() {
        return startedTransactions;
    }

    List<CompletedTxn> completedTransactions() {
        return completedTransactions;
    }
}
