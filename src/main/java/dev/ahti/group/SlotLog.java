package dev.ahti.group;

import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplica.CoordinatorBatch;
import dev.ahti.replica.LocalReplica.Leadership;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * One incarnation of a slot, from its loading to its end: appends that do not wait for the replica, by offsets that are
 * counted on from the log end that was loaded. The coordinator is the only writer of its partition, so they are right unless
 * an append fails. Then this incarnation is over: whatever it has still under way expects another log end and fails too, and
 * the next one loads what the log really has.
 */
final class SlotLog {
    /** Appended but not yet taken by the replica: a coordinator has no other way to feel that the disk is slow. */
    private static final int MAX_QUEUED_BYTES = 64 << 20;

    private final LocalReplica replica;
    private final int leaderEpoch;
    private final Consumer<SlotLog> onFailure;
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile PartitionWriter.Listener listener;
    private volatile boolean loaded;
    /** Of the slot's thread alone, once it is loaded. */
    private long nextOffset;

    /** @param onFailure told once, on any thread */
    SlotLog(LocalReplica replica, int leaderEpoch, Consumer<SlotLog> onFailure) {
        this.replica = replica;
        this.leaderEpoch = leaderEpoch;
        this.onFailure = onFailure;
    }

    LocalReplica replica() {
        return replica;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    TopicPartition partition() {
        return replica.log().topicPartition();
    }

    LogConfig config() {
        return replica.log().config();
    }

    /** Whether the replica leads in the epoch in which this incarnation began. */
    boolean isLed() {
        Leadership now = replica.leadership();
        return now.leading() && now.leaderEpoch() == leaderEpoch;
    }

    /**
     * The log end, once all of it is replicated: then whatever a predecessor has acknowledged is seen, and nothing is that
     * could be lost. Fails where this broker does not lead in this epoch any more.
     */
    CompletableFuture<Long> replicatedEnd() {
        CompletableFuture<Long> reached = new CompletableFuture<>();
        awaitReplicated(replica.log().logEndOffset(), reached);
        return reached;
    }

    private void awaitReplicated(long end, CompletableFuture<Long> reached) {
        if (!isLed()) {
            reached.completeExceptionally(Errors.NOT_LEADER_OR_FOLLOWER.exception());
        } else if (replica.leadership().highWatermark() >= end) {
            reached.complete(end);
        } else {
            replica.onReadable(end - 1, woken -> awaitReplicated(end, reached));
        }
    }

    /** Before the first append. */
    void loadedUpTo(long logEnd) {
        nextOffset = logEnd;
        loaded = true;
    }

    boolean isLoaded() {
        return loaded;
    }

    /**
     * Copies one batch and sends it on its way.
     *
     * @return the offset after it
     * @throws org.apache.kafka.common.errors.ApiException nothing was sent
     */
    long append(MemoryRecords records, short transactionVersion) {
        int size = records.sizeInBytes();
        if (over.get()) {
            throw Errors.NOT_LEADER_OR_FOLLOWER.exception();
        }
        if (queuedBytes.get() > MAX_QUEUED_BYTES) {
            throw Errors.NOT_ENOUGH_REPLICAS.exception("too much of " + partition() + " waits to be written");
        }
        queuedBytes.addAndGet(size);
        RecordBatch batch = records.batches().iterator().next();
        long baseOffset = nextOffset;
        nextOffset += batch.lastOffset() - batch.baseOffset() + 1;
        replica.appendAsCoordinator(
                new CoordinatorBatch(copy(records), leaderEpoch, baseOffset, transactionVersion),
                error -> appended(size, error));
        return nextOffset;
    }

    /** The runtime uses its buffer again as soon as it has the offset. */
    private static MemoryRecords copy(MemoryRecords records) {
        ByteBuffer copy = ByteBuffer.allocate(records.sizeInBytes());
        copy.put(records.buffer().duplicate()).flip();
        return MemoryRecords.readableRecords(copy);
    }

    private void appended(int size, Errors error) {
        queuedBytes.addAndGet(-size);
        if (error != Errors.NONE) {
            fail();
        }
    }

    void fail() {
        if (!over.getAndSet(true)) {
            onFailure.accept(this);
        }
    }

    /** Tells of every rise of the high watermark, as long as this incarnation lasts. */
    void listen(PartitionWriter.Listener newListener) {
        listener = newListener;
        awaitHighWatermarkAbove(replica.leadership().highWatermark());
    }

    void stopListening() {
        listener = null;
    }

    private void awaitHighWatermarkAbove(long offset) {
        replica.onReadable(offset, woken -> {
            PartitionWriter.Listener told = listener;
            if (told != null && !over.get() && isLed()) {
                long now = replica.leadership().highWatermark();
                told.onHighWatermarkUpdated(partition(), now);
                awaitHighWatermarkAbove(now);
            }
        });
    }
}
