package dev.ahti.api.records;

import dev.ahti.log.Batches;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What a produce request may carry for a partition: exactly one whole record batch of magic 2. Looks at the header alone
 * and leaves the rest (CRC, counts, sequences) to the log. Unlike Kafka, bytes behind the batch are refused too.
 */
final class ProducedBatch {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    /** @param message for the client's log; null where the error's own text says it all */
    record Refusal(Errors error, String message) {}

    private ProducedBatch() {}

    /** Why Kafka would refuse it, or null. */
    static Refusal check(BaseRecords records, short version) {
        ByteBuffer buffer = records instanceof MemoryRecords memory ? memory.buffer() : NONE;
        if (buffer.remaining() <= Batches.MAGIC) {
            return invalid("Produce requests with version " + version + " must have at least one record batch");
        }
        int start = buffer.position();
        int size = Batches.length(buffer, start);
        byte magic = Batches.magic(buffer, start);
        if (size < Batches.LENGTH_OVERHEAD || magic < 0 || magic > RecordBatch.MAGIC_VALUE_V2) {
            return new Refusal(Errors.CORRUPT_MESSAGE, "Batch of length " + size + " and magic " + magic);
        }
        if (magic != RecordBatch.MAGIC_VALUE_V2) {
            return invalid("Produce requests with version " + version
                    + " are only allowed to contain record batches with magic version 2");
        }
        int available = buffer.remaining() - Batches.LENGTH_OVERHEAD;
        if (size > available) {
            return invalid("Produce requests with version " + version + " must have at least one record batch");
        }
        if (size < available) {
            return invalid("Produce requests with version " + version
                    + " are only allowed to contain exactly one record batch");
        }
        if (buffer.remaining() < Batches.HEADER_BYTES) {
            return new Refusal(Errors.CORRUPT_MESSAGE, "Batch of " + buffer.remaining() + " bytes");
        }
        return checkAttributes(buffer, start, version);
    }

    private static Refusal checkAttributes(ByteBuffer buffer, int start, short version) {
        if (Batches.compressionId(buffer, start) == CompressionType.ZSTD.id && version < 7) {
            return new Refusal(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "Produce requests with version " + version + " are not allowed to use ZStandard compression");
        }
        if (Batches.isTransactional(buffer, start)) {
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
