package dev.ahti.replica;

import dev.ahti.log.Batches;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * What this broker could not take yet from idempotent producers, by the first sequence number of its batch. A log takes any
 * first sequence from a producer that it does not know (Kafka's rule: what a log knows expires). So of several requests
 * under way the first might be refused, the second be accepted because the broker leads by then, and the first follow when
 * it is sent again: in another order than the producer's. Here what follows a refused sequence is held back, to be refused
 * like that, until that one has come again.
 *
 * <p>Forgotten after {@link #LIFETIME_NANOS}: by then the refusal is with the client, which sends nothing that follows first.
 */
public final class RefusedSequences {
    static final long LIFETIME_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** So many producers at once find it as it is in Kafka. */
    static final int MAX_KEPT = 10_000;

    private final ConcurrentHashMap<Producer, Refused> first = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;
    private volatile long forgotAtNanos;

    /** @param topic its id or its name, as the client says it */
    private record Producer(Object topic, int partition, long id, short epoch) {}

    private record Refused(int sequence, long atNanos) {}

    RefusedSequences(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.forgotAtNanos = nanoTime.getAsLong();
    }

    /** Those of a broker that has just started. */
    public static RefusedSequences none() {
        return new RefusedSequences(System::nanoTime);
    }

    /** A client that names topics by name was refused. */
    public void add(String topic, int partition, BaseRecords records) {
        put(topic, partition, records);
    }

    /** A client that names topics by id was refused, or anyone for a topic that has an id here. */
    public void add(Uuid topic, int partition, BaseRecords records) {
        put(topic, partition, records);
    }

    private void put(Object topic, int partition, BaseRecords records) {
        ByteBuffer batch = idempotentBatch(records);
        if (batch == null) {
            return;
        }
        forgetOld();
        if (first.size() < MAX_KEPT) {
            Refused refused = new Refused(sequence(batch), nanoTime.getAsLong());
            first.merge(
                    producer(topic, partition, batch),
                    refused,
                    (before, now) -> before.sequence < now.sequence && !isOld(before) ? before : now);
        }
    }

    /**
     * Whether an earlier sequence of this producer was refused and has not come again. If it is this one, it has, and
     * nothing is held back any more.
     */
    public boolean holdBack(Uuid topicId, String topic, int partition, BaseRecords records) {
        if (first.isEmpty()) {
            return false;
        }
        ByteBuffer batch = idempotentBatch(records);
        if (batch == null) {
            return false;
        }
        forgetOld();
        boolean byId = follows(producer(topicId, partition, batch), sequence(batch));
        boolean byName = follows(producer(topic, partition, batch), sequence(batch));
        return byId || byName;
    }

    private boolean follows(Producer producer, int sequence) {
        Refused refused = first.get(producer);
        if (refused == null) {
            return false;
        }
        if (sequence > refused.sequence && !isOld(refused)) {
            return true;
        }
        first.remove(producer, refused);
        return false;
    }

    private boolean isOld(Refused refused) {
        return nanoTime.getAsLong() - refused.atNanos > LIFETIME_NANOS;
    }

    /** Producers that went elsewhere leave something behind. */
    private void forgetOld() {
        long now = nanoTime.getAsLong();
        if (now - forgotAtNanos > LIFETIME_NANOS) {
            forgotAtNanos = now;
            first.values().removeIf(this::isOld);
        }
    }

    /** The producer's id in a batch of magic 2 that was looked at before; -1 where it has none. */
    static long producerId(MemoryRecords records) {
        ByteBuffer batch = records.buffer();
        return Batches.producerId(batch, batch.position());
    }

    private static Producer producer(Object topic, int partition, ByteBuffer batch) {
        int at = batch.position();
        return new Producer(topic, partition, Batches.producerId(batch, at), Batches.producerEpoch(batch, at));
    }

    private static int sequence(ByteBuffer batch) {
        return Batches.baseSequence(batch, batch.position());
    }

    /** Null where there are no sequence numbers, or nothing that is a batch: it may not have been looked at. */
    private static ByteBuffer idempotentBatch(BaseRecords records) {
        if (!(records instanceof MemoryRecords memory)) {
            return null;
        }
        ByteBuffer batch = memory.buffer();
        boolean idempotent = batch.remaining() >= DefaultRecordBatch.RECORD_BATCH_OVERHEAD
                && producerId(memory) >= 0
                && sequence(batch) >= 0;
        return idempotent ? batch : null;
    }
}
