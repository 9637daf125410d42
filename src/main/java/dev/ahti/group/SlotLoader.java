package dev.ahti.group;

import dev.ahti.log.LogRead;
import dev.ahti.log.LogSlice;
import dev.ahti.log.PartitionLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEvent;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEventProcessor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a coordinator to where its log ends, by replaying all of it that still counts ({@link LatestCommits}). A load that
 * was overtaken by a resignation says nothing at all: the runtime would take its outcome for that of the next one.
 */
final class SlotLoader implements CoordinatorLoader<CoordinatorRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(SlotLoader.class);

    private final SlotLogs logs;
    private final Deserializer<CoordinatorRecord> deserializer;
    private final int bytesInOneGo;
    private final CoordinatorEventProcessor events;
    private final Executor disk;
    private volatile boolean closed;

    /** @param disk may block */
    SlotLoader(
            SlotLogs logs,
            Deserializer<CoordinatorRecord> deserializer,
            int bytesInOneGo,
            CoordinatorEventProcessor events,
            Executor disk) {
        this.logs = logs;
        this.deserializer = deserializer;
        this.bytesInOneGo = bytesInOneGo;
        this.events = events;
        this.disk = disk;
    }

    @Override
    public CompletableFuture<LoadSummary> load(
            TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> coordinator) {
        CompletableFuture<LoadSummary> loaded = new CompletableFuture<>();
        // Not led any more: the resignation is on its way.
        logs.open(partition)
                .ifPresent(slot -> events.enqueueLast(new Turn(partition, () -> {
                    long began = Time.SYSTEM.milliseconds();
                    slot.replicatedEnd()
                            .thenApplyAsync(end -> new Replay(slot, coordinator).upTo(end, began), disk)
                            .whenComplete((summary, failure) -> logs.whileLatest(slot, () -> {
                                if (failure == null) {
                                    loaded.complete(summary);
                                    // After the runtime's own turn, in which the coordinator begins to answer.
                                    events.enqueueLast(new Turn(partition, () -> logs.serves(slot)));
                                } else {
                                    slot.fail();
                                    loaded.completeExceptionally(failure);
                                }
                            }));
                })));
        return loaded;
    }

    @Override
    public void close() {
        closed = true;
    }

    /**
     * A load begins in a turn of its own: by then the runtime listens to the outcome, which then comes before any later
     * election.
     */
    private record Turn(TopicPartition key, Runnable action) implements CoordinatorEvent {
        @Override
        public void run() {
            action.run();
        }

        @Override
        public void complete(Throwable failure) {
            LOG.debug("{} is not loaded", key, failure);
        }

        @Override
        public long createdTimeMs() {
            return 0;
        }
    }

    private final class Replay {
        private final SlotLog slot;
        private final PartitionLog log;
        private final CoordinatorPlayback<CoordinatorRecord> coordinator;
        private final LatestCommits commits = new LatestCommits();
        private ByteBuffer buffer = ByteBuffer.allocate(0);
        private long committed;
        private long records;
        private long bytes;

        Replay(SlotLog slot, CoordinatorPlayback<CoordinatorRecord> coordinator) {
            this.slot = slot;
            this.log = slot.replica().log();
            this.coordinator = coordinator;
        }

        LoadSummary upTo(long end, long began) {
            long queued = Time.SYSTEM.milliseconds() - began;
            try {
                readUpTo(end, commits::see, reached -> {});
                readUpTo(end, this::replay, this::committed);
                committed(end);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            slot.loadedUpTo(end);
            return new LoadSummary(began, Time.SYSTEM.milliseconds(), queued, records, bytes);
        }

        private void readUpTo(long end, Consumer<RecordBatch> each, LongConsumer reached) throws IOException {
            long offset = log.logStartOffset();
            while (offset < end) {
                if (closed || !slot.isLed()) {
                    throw Errors.NOT_LEADER_OR_FOLLOWER.exception();
                }
                long next = offset;
                for (RecordBatch batch : read(offset, end).batches()) {
                    each.accept(batch);
                    next = batch.nextOffset();
                }
                offset = next > offset ? next : end;
                reached.accept(offset);
            }
        }

        /** All that is read here is replicated: the state need not be kept apart for those who read what is committed. */
        private void committed(long offset) {
            if (offset > committed) {
                committed = offset;
                coordinator.updateLastWrittenOffset(offset);
                coordinator.updateLastCommittedOffset(offset);
            }
        }

        private void replay(RecordBatch batch) {
            if (batch.isControlBatch()) {
                endTransaction(batch);
            } else if (commits.wantsAny(batch.baseOffset(), batch.lastOffset())) {
                for (Record record : batch) {
                    if (commits.wantsAny(record.offset(), record.offset())) {
                        replay(batch, record);
                    }
                }
            }
            bytes += batch.sizeInBytes();
        }

        private MemoryRecords read(long offset, long end) throws IOException {
            LogRead read = log.read(offset, end, bytesInOneGo, true, false);
            int size = read.records().sizeInBytes();
            if (size == 0) {
                return MemoryRecords.EMPTY;
            }
            if (buffer.capacity() < size) {
                buffer = ByteBuffer.allocate(size);
            }
            buffer.clear().limit(size);
            ((LogSlice) read.records()).read(0, buffer);
            buffer.flip();
            return MemoryRecords.readableRecords(buffer);
        }

        private void endTransaction(RecordBatch batch) {
            for (Record record : batch) {
                records++;
                ControlRecordType type = ControlRecordType.parse(record.key());
                if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
                    coordinator.replayEndTransactionMarker(
                            batch.producerId(),
                            batch.producerEpoch(),
                            type == ControlRecordType.COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT);
                }
            }
        }

        private void replay(RecordBatch batch, Record record) {
            records++;
            CoordinatorRecord coordinators;
            try {
                coordinators = deserializer.deserialize(record.key(), record.value());
            } catch (Deserializer.UnknownRecordTypeException e) {
                LOG.warn("{} has a record of type {}, which nobody knows: left out", slot.partition(), e.unknownType());
                return;
            }
            coordinator.replay(record.offset(), batch.producerId(), batch.producerEpoch(), coordinators);
        }
    }
}
