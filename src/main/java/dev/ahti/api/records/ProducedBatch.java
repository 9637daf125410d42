package dev.ahti.api.records;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What a produce request may carry for a partition: exactly one whole record batch of magic 2. Looks at the header alone
 * and leaves the rest (CRC, counts, sequences) to the log. Unlike Kafka, bytes behind the batch are refused too.
 */
final class ProducedBatch {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);
    private static final int LENGTH_OFFSET = 8;
    private static final int LOG_OVERHEAD = 12;
    private static final int MAGIC_OFFSET = 16;
    private static final int ATTRIBUTES_OFFSET = 21;
    private static final int COMPRESSION_MASK = 0x07;
    private static final int TRANSACTIONAL = 0x10;

    /** @param message for the client's log; null where the error's own text says it all */
    record Refusal(Errors error, String message) {}

    private ProducedBatch() {}

    /** Why Kafka would refuse it, or null. */
    static Refusal check(BaseRecords records, short version) {
        ByteBuffer buffer = records instanceof MemoryRecords memory ? memory.buffer() : NONE;
        if (buffer.remaining() <= MAGIC_OFFSET) {
            return invalid("Produce requests with version " + version + " must have at least one record batch");
        }
        int start = buffer.position();
        int size = buffer.getInt(start + LENGTH_OFFSET);
        byte magic = buffer.get(start + MAGIC_OFFSET);
        if (size < LOG_OVERHEAD || magic < 0 || magic > RecordBatch.MAGIC_VALUE_V2) {
            return new Refusal(Errors.CORRUPT_MESSAGE, "Batch of length " + size + " and magic " + magic);
        }
        if (magic != RecordBatch.MAGIC_VALUE_V2) {
            return invalid("Produce requests with version " + version
                    + " are only allowed to contain record batches with magic version 2");
        }
        int available = buffer.remaining() - LOG_OVERHEAD;
        if (size > available) {
            return invalid("Produce requests with version " + version + " must have at least one record batch");
        }
        if (size < available) {
            return invalid("Produce requests with version " + version
                    + " are only allowed to contain exactly one record batch");
        }
        if (buffer.remaining() < DefaultRecordBatch.RECORD_BATCH_OVERHEAD) {
            return new Refusal(Errors.CORRUPT_MESSAGE, "Batch of " + buffer.remaining() + " bytes");
        }
        return checkAttributes(buffer.getShort(start + ATTRIBUTES_OFFSET), version);
    }

    private static Refusal checkAttributes(short attributes, short version) {
        if ((attributes & COMPRESSION_MASK) == CompressionType.ZSTD.id && version < 7) {
            return new Refusal(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "Produce requests with version " + version + " are not allowed to use ZStandard compression");
        }
        if ((attributes & TRANSACTIONAL) != 0) {
            return noTransactions();
        }
        return null;
    }

    /** As Kafka answers a transactional batch outside any ongoing transaction: without transactions there is none. */
    static Refusal noTransactions() {
        return new Refusal(Errors.INVALID_TXN_STATE, "This broker does not implement transactions");
    }

    private static Refusal invalid(String message) {
        return new Refusal(Errors.INVALID_RECORD, message);
    }
}
