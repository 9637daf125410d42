package dev.ahti.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.AbstractRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceResponse.RecordError;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Looks at the records of one batch where the header does not tell enough: keys, timestamps, another codec. */
final class RecordWalk {
    private static final int ERRORS_SHOWN = 3;

    private final TopicPartition partition;
    private final LogConfig config;
    private final long nowMs;
    private final List<RecordError> errors = new ArrayList<>();
    private boolean timestampError;
    private boolean consecutive = true;

    RecordWalk(TopicPartition partition, LogConfig config, long nowMs) {
        this.partition = partition;
        this.config = config;
        this.nowMs = nowMs;
    }

    /** Whether the topic takes a record of this time (KIP-937); one without a time is always taken. */
    static boolean isInRange(long timestampMs, LogConfig config, long nowMs) {
        long age = nowMs - timestampMs;
        return timestampMs == RecordBatch.NO_TIMESTAMP
                || (age <= config.messageTimestampBeforeMaxMs && -age <= config.messageTimestampAfterMaxMs);
    }

    /**
     * Checks all records.
     *
     * @return the records given, or others where they were compressed anew
     */
    MemoryRecords walk(MemoryRecords records, boolean recompress) {
        MutableRecordBatch batch = records.batches().iterator().next();
        List<Record> all = read(batch, recompress);
        if (!errors.isEmpty()) {
            throw refusal();
        }
        if (recompress) {
            return rebuild(batch, all, config.compression.orElseThrow());
        }
        // Some old clients number the records of a compressed batch wrongly: Kafka mends that, where it looks.
        return consecutive || !batch.isCompressed()
                ? records
                : rebuild(
                        batch,
                        read(batch, true),
                        Compression.of(batch.compressionType()).build());
    }

    private List<Record> read(MutableRecordBatch batch, boolean whole) {
        List<Record> all = whole ? new ArrayList<>() : List.of();
        int index = 0;
        try (BufferSupplier buffers = BufferSupplier.create();
                CloseableIterator<Record> records =
                        whole ? batch.streamingIterator(buffers) : batch.skipKeyValueIterator(buffers)) {
            while (records.hasNext()) {
                Record record = records.next();
                check(record, index);
                consecutive &= record.offset() == batch.baseOffset() + index;
                index++;
                if (whole) {
                    all.add(record);
                }
            }
        } catch (ApiException e) {
            throw e;
        } catch (KafkaException | IllegalArgumentException e) {
            throw new InvalidRecordException("Records cannot be read, in " + partition, e);
        }
        return all;
    }

    private void check(Record record, int index) {
        if (config.compact && !record.hasKey()) {
            errors.add(new RecordError(
                    index, "Compacted topic cannot accept message without key in topic partition " + partition));
        } else if (config.messageTimestampType == TimestampType.CREATE_TIME
                && !isInRange(record.timestamp(), config, nowMs)) {
            timestampError = true;
            errors.add(new RecordError(
                    index,
                    "Timestamp " + record.timestamp() + " of message with offset " + record.offset()
                            + " is out of range. The timestamp should be within ["
                            + (nowMs - config.messageTimestampBeforeMaxMs) + ", "
                            + (nowMs + config.messageTimestampAfterMaxMs) + "]"));
        }
    }

    private ApiException refusal() {
        if (timestampError) {
            return new RefusedRecords.InvalidTimestamps(
                    "One or more records have been rejected due to invalid timestamp", errors);
        }
        String first =
                errors.stream().limit(ERRORS_SHOWN).map(RecordError::toString).collect(Collectors.joining(", "));
        return new RefusedRecords.InvalidRecords(
                "One or more records have been rejected due to " + errors.size()
                        + " record errors in total, and only showing the first three errors at most: " + first,
                errors);
    }

    private static MemoryRecords rebuild(MutableRecordBatch batch, List<Record> all, Compression compression) {
        int size = AbstractRecords.estimateSizeInBytes(RecordBatch.CURRENT_MAGIC_VALUE, 0, compression.type(), all);
        try (MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(size),
                RecordBatch.CURRENT_MAGIC_VALUE,
                compression,
                TimestampType.CREATE_TIME,
                0,
                RecordBatch.NO_TIMESTAMP,
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence(),
                batch.isTransactional(),
                RecordBatch.NO_PARTITION_LEADER_EPOCH)) {
            int offset = 0;
            for (Record record : all) {
                builder.appendWithOffset(offset++, record);
            }
            return builder.build();
        }
    }
}
