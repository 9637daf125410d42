package dev.ahti.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.server.record.BrokerCompressionType;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Checks what a producer or a coordinator wants appended, from the batch header alone wherever that is possible, with
 * Kafka's errors. The records are walked ({@link RecordWalk}) only where a topic asks for what the header cannot tell:
 * keys (compaction), the oldest timestamp ({@code message.timestamp.before.max.ms}), another codec.
 *
 * <p>What Kafka refuses or mends, since it walks the records of every batch, and is accepted here as it is:
 *
 * <ul>
 *   <li>records that do not parse or decompress behind a right checksum, or fewer or more of them than the header says
 *       (Kafka: INVALID_RECORD; here the consumer that reads the batch fails);
 *   <li>a header whose largest timestamp is not that of the records (Kafka corrects it, or answers INVALID_TIMESTAMP for
 *       a record too far in the future);
 *   <li>offset deltas that are not 0, 1, 2, ... in a compressed batch (Kafka builds the batch anew).
 * </ul>
 *
 * Refused here and not by Kafka: bytes behind the batch, the LogAppendTime and delete-horizon flags, a transactional batch
 * without a producer id.
 */
final class BatchValidation {
    private static final int MAGIC = 2;
    private static final int MAX_COMPRESSION_ID = 4;

    private final TopicPartition partition;

    BatchValidation(TopicPartition partition) {
        this.partition = partition;
    }

    /**
     * Checks one batch to be appended by the leader; {@link ValidBatch#assign} then gives it offsets.
     *
     * @param nowMs broker time, for the timestamp limits and LogAppendTime
     * @throws org.apache.kafka.common.errors.ApiException what the producer is to be told; a {@link RefusedRecords} where
     *     it is about single records
     */
    ValidBatch check(MemoryRecords records, AppendOrigin origin, LogConfig config, long nowMs) {
        ByteBuffer buffer = records.buffer();
        int at = buffer.position();
        requireOneBatch(buffer, at);
        if (origin == AppendOrigin.CLIENT && Batches.baseOffset(buffer, at) != 0) {
            throw new InvalidRecordException("The baseOffset of the record batch in the append to " + partition
                    + " should be 0, but it is " + Batches.baseOffset(buffer, at));
        }
        checkSize(buffer.remaining(), config);
        if (!Batches.hasValidChecksum(buffer, at)) {
            throw new CorruptRecordException("Record is corrupt (its checksum does not match) in " + partition);
        }
        checkCount(buffer, at);
        if (origin == AppendOrigin.CLIENT) {
            checkClientFlags(buffer, at);
        }
        boolean logAppendTime = config.messageTimestampType == TimestampType.LOG_APPEND_TIME;
        MemoryRecords checked = walkIfNeeded(records, buffer, at, origin, config, nowMs);
        if (!logAppendTime) {
            checkTimestamp(Batches.maxTimestamp(buffer, at), config, nowMs);
        }
        checkSize(checked.sizeInBytes(), config);
        return new ValidBatch(checked, logAppendTime ? nowMs : -1);
    }

    /** A batch that is not whole would iterate as no batch at all, without an error: so bytes are counted here. */
    private void requireOneBatch(ByteBuffer buffer, int at) {
        if (buffer.remaining() < Batches.HEADER_BYTES) {
            throw new InvalidRecordException("Record batch has no batches at all: " + buffer.remaining()
                    + " bytes are not even a header, in " + partition);
        }
        if (Batches.magic(buffer, at) != MAGIC) {
            throw new InvalidRecordException(
                    "Batch magic " + Batches.magic(buffer, at) + " is not " + MAGIC + " in " + partition);
        }
        int size = Batches.sizeInBytes(buffer, at);
        if (size < Batches.HEADER_BYTES) {
            throw new CorruptRecordException("Batch of " + size + " bytes in " + partition);
        }
        if (size != buffer.remaining()) {
            throw new InvalidRecordException("There should be exactly one record batch: it has " + size + " bytes of "
                    + buffer.remaining() + ", in " + partition);
        }
    }

    private void checkSize(int bytes, LogConfig config) {
        if (bytes > config.maxMessageSize()) {
            throw new RecordTooLargeException("The record batch size in the append to " + partition + " is " + bytes
                    + " bytes which exceeds the maximum configured value of " + config.maxMessageSize() + ".");
        }
        if (bytes > config.segmentSize()) {
            throw new RecordBatchTooLargeException("Message batch size is " + bytes + " bytes in append to partition "
                    + partition + ", which exceeds the maximum configured segment size of " + config.segmentSize());
        }
    }

    private void checkCount(ByteBuffer buffer, int at) {
        int count = Batches.count(buffer, at);
        long fromOffsets = Batches.lastOffsetDelta(buffer, at) + 1L;
        if (fromOffsets <= 0 || count <= 0 || count != fromOffsets) {
            throw new InvalidRecordException("Inconsistent batch: last offset delta "
                    + Batches.lastOffsetDelta(buffer, at) + ", count of records " + count + ", in " + partition);
        }
    }

    private void checkClientFlags(ByteBuffer buffer, int at) {
        if (Batches.isControl(buffer, at)) {
            throw new InvalidRecordException("Clients are not allowed to write control records in " + partition);
        }
        if (Batches.hasProducerId(buffer, at)) {
            if (Batches.baseSequence(buffer, at) < 0) {
                throw new InvalidRecordException("Invalid sequence number " + Batches.baseSequence(buffer, at)
                        + " in record batch with producerId " + Batches.producerId(buffer, at) + " in " + partition);
            }
        } else if (Batches.isTransactional(buffer, at)) {
            throw new InvalidRecordException("Transactional batch without a producer id in " + partition);
        }
        if (Batches.isLogAppendTime(buffer, at)) {
            throw new InvalidTimestampException(
                    "Producer should not set timestamp type to LogAppendTime, in " + partition);
        }
        if (Batches.hasDeleteHorizon(buffer, at)) {
            throw new InvalidRecordException("Producer should not set a delete horizon, in " + partition);
        }
        if (Batches.compressionId(buffer, at) > MAX_COMPRESSION_ID) {
            throw new UnsupportedCompressionTypeException(
                    "Unknown compression " + Batches.compressionId(buffer, at) + " in " + partition);
        }
    }

    private void checkTimestamp(long timestampMs, LogConfig config, long nowMs) {
        if (!RecordWalk.isInRange(timestampMs, config, nowMs)) {
            throw new InvalidTimestampException("Timestamp " + timestampMs + " is out of range in " + partition
                    + ". The timestamp should be within [" + (nowMs - config.messageTimestampBeforeMaxMs) + ", "
                    + (nowMs + config.messageTimestampAfterMaxMs) + "]");
        }
    }

    /** Returns the records themselves, or others where they had to be compressed anew. */
    private MemoryRecords walkIfNeeded(
            MemoryRecords records, ByteBuffer buffer, int at, AppendOrigin origin, LogConfig config, long nowMs) {
        if (Batches.isControl(buffer, at)) {
            return records;
        }
        CompressionType source = CompressionType.forId(Batches.compressionId(buffer, at));
        boolean recompress = config.compressionType != BrokerCompressionType.PRODUCER
                && config.compression.isPresent()
                && config.compression.get().type() != source;
        if (!recompress && (origin != AppendOrigin.CLIENT || !needsWalk(buffer, at, config, nowMs))) {
            return records;
        }
        return new RecordWalk(partition, config, nowMs).walk(records, recompress);
    }

    private static boolean needsWalk(ByteBuffer buffer, int at, LogConfig config, long nowMs) {
        if (config.compact) {
            return true;
        }
        if (config.messageTimestampType == TimestampType.LOG_APPEND_TIME) {
            return false;
        }
        // A batch that is out of range is walked to name its records.
        return config.messageTimestampBeforeMaxMs != Long.MAX_VALUE
                || !RecordWalk.isInRange(Batches.maxTimestamp(buffer, at), config, nowMs);
    }

    /**
     * Checks batches that came from the leader, with their offsets: whole, CRC, offsets rising.
     *
     * @param leaderEpoch in which they were fetched: from the first batch of a later epoch on nothing counts (KAFKA-18723)
     * @return how many bytes are whole batches to be appended: a fetch may end inside one
     * @throws CorruptRecordException nothing of it is to be appended
     */
    int checkReplicated(MemoryRecords records, int leaderEpoch) {
        ByteBuffer buffer = records.buffer();
        int start = buffer.position();
        int at = start;
        long lastOffset = -1;
        while (buffer.limit() - at >= Batches.LENGTH_OVERHEAD) {
            int size = Batches.sizeInBytes(buffer, at);
            if (size < Batches.HEADER_BYTES) {
                throw new CorruptRecordException("Batch of " + size + " bytes from the leader of " + partition);
            }
            if (size > buffer.limit() - at || Batches.leaderEpoch(buffer, at) > leaderEpoch) {
                break;
            }
            if (Batches.magic(buffer, at) != MAGIC || !Batches.hasValidChecksum(buffer, at)) {
                throw new CorruptRecordException("Batch at " + Batches.baseOffset(buffer, at) + " from the leader of "
                        + partition + " is corrupt");
            }
            if (Batches.baseOffset(buffer, at) <= lastOffset || Batches.lastOffsetDelta(buffer, at) < 0) {
                throw new CorruptRecordException("Out of order offsets from the leader of " + partition + ": "
                        + Batches.baseOffset(buffer, at) + " after " + lastOffset);
            }
            lastOffset = Batches.lastOffset(buffer, at);
            at += size;
        }
        return at - start;
    }
}
