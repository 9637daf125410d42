package dev.ahti.log;

import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What the log says of one producer: its epoch, its last batches of that epoch, its open transaction. Immutable, so that
 * a check can be made on a successor that is thrown away if the write fails.
 */
final class ProducerState {
    /**
     * Of what a producer may send again. It has five in flight at most with each broker, but when leadership moves away
     * from one that hangs, it begins to send to the next while those are without an answer: here five brokers in turn.
     * Kafka keeps five; what comes again after five later ones is refused there as out of order, the client counts anew
     * under another epoch, and all of it stands in the log twice.
     */
    static final int BATCHES_KEPT = 25;

    static final int KAFKA_KEEPS = 5;

    private static final AppendedBatch[] NONE = {};

    private final long producerId;
    private final short producerEpoch;
    private final int coordinatorEpoch;
    private final long lastTimestampMs;
    private final long transactionFirstOffset;
    private final AppendedBatch[] batches;

    private ProducerState(
            long producerId,
            short producerEpoch,
            int coordinatorEpoch,
            long lastTimestampMs,
            long transactionFirstOffset,
            AppendedBatch[] batches) {
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
        this.coordinatorEpoch = coordinatorEpoch;
        this.lastTimestampMs = lastTimestampMs;
        this.transactionFirstOffset = transactionFirstOffset;
        this.batches = batches;
    }

    /** Of a producer that the log does not know. */
    static ProducerState empty(long producerId) {
        return new ProducerState(producerId, RecordBatch.NO_PRODUCER_EPOCH, -1, RecordBatch.NO_TIMESTAMP, -1, NONE);
    }

    /** As a snapshot has it. */
    static ProducerState restored(
            long producerId,
            short producerEpoch,
            int coordinatorEpoch,
            long lastTimestampMs,
            long transactionFirstOffset,
            List<AppendedBatch> batches) {
        return new ProducerState(
                producerId,
                producerEpoch,
                coordinatorEpoch,
                lastTimestampMs,
                transactionFirstOffset,
                batches.toArray(NONE));
    }

    /** After a batch of records; with another epoch, the batches of the earlier one are forgotten. */
    ProducerState withBatch(short epoch, AppendedBatch batch) {
        AppendedBatch[] kept = epoch == producerEpoch ? batches : NONE;
        int drop = Math.max(0, kept.length - BATCHES_KEPT + 1);
        AppendedBatch[] next = new AppendedBatch[kept.length - drop + 1];
        System.arraycopy(kept, drop, next, 0, next.length - 1);
        next[next.length - 1] = batch;
        return new ProducerState(
                producerId, epoch, coordinatorEpoch, batch.timestampMs(), transactionFirstOffset, next);
    }

    ProducerState withTransaction(long firstOffset) {
        return new ProducerState(producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, firstOffset, batches);
    }

    /** After an end marker: no transaction is open. */
    ProducerState withMarker(short epoch, int markersCoordinatorEpoch, long timestampMs) {
        AppendedBatch[] kept = epoch == producerEpoch ? batches : NONE;
        return new ProducerState(producerId, epoch, markersCoordinatorEpoch, timestampMs, -1, kept);
    }

    long producerId() {
        return producerId;
    }

    short producerEpoch() {
        return producerEpoch;
    }

    /** Of the coordinator that wrote the last end marker, or -1. */
    int coordinatorEpoch() {
        return coordinatorEpoch;
    }

    long lastTimestampMs() {
        return lastTimestampMs;
    }

    boolean hasTransaction() {
        return transactionFirstOffset >= 0;
    }

    /** First offset of the open transaction, or -1. */
    long transactionFirstOffset() {
        return transactionFirstOffset;
    }

    /** The latest batch of the current epoch, or null. */
    AppendedBatch lastBatch() {
        return batches.length == 0 ? null : batches[batches.length - 1];
    }

    /** Those of the current epoch before the latest, oldest first. */
    List<AppendedBatch> earlierBatches() {
        return List.of(batches).subList(0, Math.max(0, batches.length - 1));
    }

    /** Last sequence number of the current epoch, or -1. */
    int lastSequence() {
        return batches.length == 0 ? RecordBatch.NO_SEQUENCE : lastBatch().lastSequence();
    }

    /** Whether this sequence number follows the last one of the current epoch; 0 follows the largest int. */
    boolean isNext(int sequence) {
        return sequence == DefaultRecordBatch.incrementSequence(lastSequence(), 1);
    }

    /** The batch that this one repeats, or null. Beyond Kafka's five only where it would be refused otherwise. */
    AppendedBatch duplicateOf(RecordBatch batch) {
        if (batch.producerEpoch() != producerEpoch || batches.length == 0) {
            return null;
        }
        int first = isNext(batch.baseSequence()) ? Math.max(0, batches.length - KAFKA_KEEPS) : 0;
        for (int i = first; i < batches.length; i++) {
            AppendedBatch known = batches[i];
            if (known.firstSequence() == batch.baseSequence() && known.lastSequence() == batch.lastSequence()) {
                return known;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "producer " + producerId + " epoch " + producerEpoch + ", coordinator epoch " + coordinatorEpoch
                + ", last timestamp " + lastTimestampMs + ", transaction from " + transactionFirstOffset + ", batches "
                + Arrays.toString(batches);
    }
}
