package dev.ahti.log;

import java.util.Iterator;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.TransactionCoordinatorFencedException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Kafka's rules of what a producer may append after what it has appended, and what follows for its state.
 *
 * <ul>
 *   <li>An epoch below the last one seen is fenced: INVALID_PRODUCER_EPOCH.
 *   <li>Sequence numbers of a producer go on without a gap, and from 0 with each new epoch: OUT_OF_ORDER_SEQUENCE_NUMBER.
 *       A producer that the log does not know (any more) may begin anywhere.
 *   <li>While a transaction is open, only transactional batches: INVALID_TXN_STATE.
 *   <li>End markers of transaction version 2 carry an epoch above that of the records (KIP-890), earlier ones the same;
 *       one of a coordinator older than the last is fenced: TRANSACTION_COORDINATOR_FENCED.
 * </ul>
 *
 * What comes from the leader is taken as it is. Coordinators write without sequence numbers.
 */
final class ProducerRules {
    private static final short UNKNOWN_VERSION = -1;

    private final TopicPartition partition;

    ProducerRules(TopicPartition partition) {
        this.partition = partition;
    }

    /**
     * Adds a batch to an append.
     *
     * @param committed the producer's state before the append
     */
    void add(
            ProducerAppend append,
            ProducerState committed,
            RecordBatch batch,
            AppendOrigin origin,
            short transactionVersion) {
        ProducerState earlier = append.producer(batch.producerId());
        ProducerState state = earlier == null ? committed : earlier;
        append.put(
                batch.isControlBatch()
                        ? addMarker(append, state, batch, origin, transactionVersion)
                        : addRecords(append, committed, state, batch, origin));
    }

    // Verification that the coordinator knows of the transaction (KIP-890) belongs before its first batch, here.
    private ProducerState addRecords(
            ProducerAppend append,
            ProducerState committed,
            ProducerState state,
            RecordBatch batch,
            AppendOrigin origin) {
        short epoch = batch.producerEpoch();
        if (epoch < state.producerEpoch() && origin != AppendOrigin.REPLICATION) {
            throw staleEpoch(state, batch);
        }
        if (origin == AppendOrigin.CLIENT) {
            checkSequence(committed, state, batch);
        }
        if (state.hasTransaction() && !batch.isTransactional()) {
            throw new InvalidTxnStateException("Expected transactional write from producer " + batch.producerId()
                    + " at offset " + batch.baseOffset() + " in partition " + partition);
        }
        ProducerState next = state.withBatch(
                epoch,
                new AppendedBatch(
                        batch.lastSequence(),
                        batch.lastOffset(),
                        (int) (batch.lastOffset() - batch.baseOffset()),
                        batch.maxTimestamp()));
        if (batch.isTransactional() && !next.hasTransaction()) {
            next = next.withTransaction(batch.baseOffset());
            append.started(next);
        }
        return next;
    }

    private void checkSequence(ProducerState committed, ProducerState state, RecordBatch batch) {
        int first = batch.baseSequence();
        if (batch.producerEpoch() != state.producerEpoch()) {
            if (first != 0 && state.producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH) {
                throw new OutOfOrderSequenceException("Invalid sequence number for new epoch of producer "
                        + batch.producerId() + " at offset " + batch.baseOffset() + " in partition " + partition + ": "
                        + batch.producerEpoch() + " (request epoch), " + first + " (seq. number), "
                        + state.producerEpoch() + " (current producer epoch)");
            }
        } else if (committed.producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH && !state.isNext(first)) {
            throw new OutOfOrderSequenceException("Out of order sequence number for producer " + batch.producerId()
                    + " at offset " + batch.baseOffset() + " in partition " + partition + ": " + first
                    + " (incoming seq. number), " + state.lastSequence() + " (current end sequence number)");
        }
    }

    private ProducerState addMarker(
            ProducerAppend append,
            ProducerState state,
            RecordBatch batch,
            AppendOrigin origin,
            short transactionVersion) {
        Iterator<Record> records = batch.iterator();
        if (!records.hasNext()) {
            // Compaction removed the marker together with all of its transaction.
            return state;
        }
        Record record = records.next();
        EndTransactionMarker marker = EndTransactionMarker.deserialize(record);
        if (origin != AppendOrigin.REPLICATION) {
            checkMarker(state, batch, marker, transactionVersion);
        }
        if (state.hasTransaction()) {
            append.completed(new CompletedTxn(
                    batch.producerId(),
                    state.transactionFirstOffset(),
                    batch.baseOffset(),
                    marker.controlType() == ControlRecordType.ABORT));
        }
        return state.withMarker(batch.producerEpoch(), marker.coordinatorEpoch(), record.timestamp());
    }

    private void checkMarker(
            ProducerState state, RecordBatch batch, EndTransactionMarker marker, short transactionVersion) {
        if (transactionVersion == UNKNOWN_VERSION) {
            throw new IllegalArgumentException("an end marker is appended with its transaction version");
        }
        short epoch = batch.producerEpoch();
        boolean stale = transactionVersion >= 2 ? epoch <= state.producerEpoch() : epoch < state.producerEpoch();
        if (stale && !isRetriedMarker(state, epoch, transactionVersion)) {
            throw staleEpoch(state, batch);
        }
        if (state.coordinatorEpoch() > marker.coordinatorEpoch()) {
            throw new TransactionCoordinatorFencedException("Invalid coordinator epoch for producerId "
                    + batch.producerId() + " at offset " + batch.baseOffset() + " in partition " + partition + ": "
                    + marker.coordinatorEpoch() + " (zombie), " + state.coordinatorEpoch() + " (current)");
        }
    }

    /** A coordinator that does not know whether its marker was written writes it again; the largest epoch has no next. */
    private static boolean isRetriedMarker(ProducerState state, short epoch, short transactionVersion) {
        return transactionVersion >= 2
                && epoch == state.producerEpoch()
                && (!state.hasTransaction() || epoch == Short.MAX_VALUE);
    }

    private InvalidProducerEpochException staleEpoch(ProducerState state, RecordBatch batch) {
        return new InvalidProducerEpochException("Epoch of producer " + batch.producerId() + " at offset "
                + batch.baseOffset() + " in " + partition + " is " + batch.producerEpoch()
                + ", and the last seen epoch is " + state.producerEpoch());
    }
}
