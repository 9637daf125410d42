package dev.ahti.log;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Checks what a producer or a coordinator wants appended, from the batch header alone wherever that is possible. */
final class BatchValidation {

    BatchValidation(TopicPartition partition) {
        throw new UnsupportedOperationException();
    }

    /**
     * Checks one batch to be appended by the leader; {@link ValidBatch#assign} then gives it offsets.
     *
     * @param nowMs broker time, for the timestamp limits and LogAppendTime
     * @throws org.apache.kafka.common.errors.ApiException what the producer is to be told
     */
    ValidBatch check(MemoryRecords records, AppendOrigin origin, LogConfig config, long nowMs) {
        throw new UnsupportedOperationException();
    }

    /**
     * Checks batches that came from the leader, with their offsets: whole, CRC, offsets rising.
     *
     * @return how many bytes are whole batches: a fetch may end inside one
     */
    int checkReplicated(MemoryRecords records) {
        throw new UnsupportedOperationException();
    }
}
