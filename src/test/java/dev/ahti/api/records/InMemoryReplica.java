package dev.ahti.api.records;

import dev.ahti.log.EpochEnd;
import dev.ahti.log.PartitionLog;
import dev.ahti.log.TimestampOffset;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/** A replica without a disk: what the handlers see of one. */
final class InMemoryReplica implements LocalReplica, PartitionOffsets {
    private final PartitionId id;
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<MemoryRecords> batches = new ArrayList<>();
    private final List<Long> baseOffsets = new ArrayList<>();
    final AtomicInteger reads = new AtomicInteger();
    private int leader = 1;
    private int epoch = 5;
    private boolean leading = true;
    private long logEnd;
    private long highWatermark;
    private long epochStart;
    private long lastStable = Long.MAX_VALUE;
    private boolean replicates = true;
    long logStart;
    Errors appendError = Errors.NONE;
    RuntimeException readFailure;
    EpochEndOffset diverging;
    List<AbortedTransaction> aborted = List.of();
    Optional<TimestampOffset> found = Optional.empty();
    volatile Runnable beforeWait;
    Consumer<AppendResult> lastAppend;
    MemoryRecords lastRecords;

    InMemoryReplica(PartitionId id) {
        this.id = id;
    }

    @Override
    public PartitionId id() {
        return id;
    }

    @Override
    public PartitionLog log() {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized Leadership leadership() {
        return new Leadership(leader, epoch, leading, highWatermark, epochStart);
    }

    /** From now on the high watermark moves by {@link #advanceTo} alone, and acks -1 wait for it. */
    void holdHighWatermark() {
        replicates = false;
    }

    void limitStableOffset(long offset) {
        lastStable = offset;
    }

    synchronized void startEpochAt(long offset) {
        epochStart = offset;
    }

    @Override
    public void appendAsCoordinator(CoordinatorBatch batch, Consumer<Errors> whenDone) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void append(MemoryRecords records, short acks, long deadlineNanos, Consumer<AppendResult> whenDone) {
        AppendResult result;
        synchronized (this) {
            lastRecords = records;
            if (appendError != Errors.NONE) {
                result = new AppendResult(appendError, "refused", -1, -1, -1, List.of());
            } else {
                long base = logEnd;
                for (MutableRecordBatch batch : records.batches()) {
                    batch.setLastOffset(logEnd + batch.lastOffset() - batch.baseOffset());
                    baseOffsets.add(logEnd);
                    logEnd = batch.nextOffset();
                }
                batches.add(MemoryRecords.readableRecords(copy(records.buffer())));
                result = new AppendResult(Errors.NONE, null, base, -1, logStart, List.of());
            }
            if (acks == -1 && !replicates) {
                lastAppend = whenDone;
                return;
            }
        }
        if (replicates) {
            advanceTo(logEnd);
        }
        whenDone.accept(result);
    }

    private static ByteBuffer copy(ByteBuffer buffer) {
        return ByteBuffer.allocate(buffer.remaining()).put(buffer.duplicate()).flip();
    }

    void advanceTo(long offset) {
        List<Waiting> woken = new ArrayList<>();
        synchronized (this) {
            highWatermark = offset;
            waiting.removeIf(one -> one.offset < offset && woken.add(one));
        }
        woken.forEach(one -> one.wake.accept(this));
    }

    void resign(int newLeader) {
        List<Waiting> woken;
        synchronized (this) {
            leader = newLeader;
            epoch++;
            leading = false;
            woken = List.copyOf(waiting);
            waiting.clear();
        }
        woken.forEach(one -> one.wake.accept(this));
    }

    synchronized int waits() {
        return waiting.size();
    }

    @Override
    public synchronized ReadResult read(ReadRequest request) {
        reads.incrementAndGet();
        if (readFailure != null) {
            throw readFailure;
        }
        Errors error = Routing.checkLeadership(leadership(), request.currentLeaderEpoch());
        if (error == Errors.NONE && (request.offset() < logStart || request.offset() > logEnd)) {
            error = Errors.OFFSET_OUT_OF_RANGE;
        }
        if (error != Errors.NONE) {
            return new ReadResult(error, MemoryRecords.EMPTY, -1, -1, -1, List.of(), null);
        }
        long stable = Math.min(lastStable, highWatermark);
        return new ReadResult(
                Errors.NONE,
                diverging == null ? slice(request, request.readCommitted() ? stable : highWatermark) : null,
                highWatermark,
                stable,
                logStart,
                aborted,
                diverging);
    }

    private BaseRecords slice(ReadRequest request, long end) {
        List<ByteBuffer> chosen = new ArrayList<>();
        int size = 0;
        for (int i = 0; i < batches.size(); i++) {
            long next = i + 1 < batches.size() ? baseOffsets.get(i + 1) : logEnd;
            if (next <= request.offset()) {
                continue;
            }
            ByteBuffer batch = batches.get(i).buffer();
            boolean whole = chosen.isEmpty() && request.atLeastOneBatch();
            if (next > end || (!whole && size + batch.remaining() > request.maxBytes())) {
                break;
            }
            chosen.add(batch);
            size += batch.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        chosen.forEach(all::put);
        return MemoryRecords.readableRecords(all.flip());
    }

    @Override
    public Runnable onReadable(long offset, Consumer<LocalReplica> wake) {
        if (beforeWait != null) {
            beforeWait.run();
        }
        Waiting one = new Waiting(offset, wake);
        boolean already;
        synchronized (this) {
            already = highWatermark > offset;
            if (!already) {
                waiting.add(one);
            }
        }
        if (already) {
            wake.accept(this);
        }
        return () -> {
            synchronized (this) {
                waiting.remove(one);
            }
        };
    }

    @Override
    public void deleteRecords(long offset, long deadlineNanos, Consumer<DeleteResult> whenDone) {
        long target = offset == -1 ? highWatermark : offset;
        if (target > highWatermark) {
            whenDone.accept(new DeleteResult(Errors.OFFSET_OUT_OF_RANGE, -1));
            return;
        }
        logStart = Math.max(logStart, target);
        whenDone.accept(new DeleteResult(Errors.NONE, logStart));
    }

    @Override
    public long logStartOffset() {
        return logStart;
    }

    @Override
    public long lastStableOffset(long ofHighWatermark) {
        return Math.min(lastStable, ofHighWatermark);
    }

    @Override
    public int epochOf(long offset) {
        return offset < 3 ? 2 : epoch;
    }

    /** Epochs 2 (to offset 3) and the current one. */
    @Override
    public EpochEnd endOfEpoch(int leaderEpoch) {
        if (leaderEpoch >= epoch) {
            return leaderEpoch == epoch ? new EpochEnd(epoch, logEnd) : new EpochEnd(-1, -1);
        }
        return leaderEpoch >= 2 ? new EpochEnd(2, 3) : new EpochEnd(leaderEpoch, 0);
    }

    @Override
    public Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long endOffset) {
        return found;
    }

    @Override
    public Optional<TimestampOffset> maxTimestamp() {
        return found;
    }

    private record Waiting(long offset, Consumer<LocalReplica> wake) {}
}
