package dev.ahti.replica.replication;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.Records;

/**
 * The whole batches at the front of a chunk that was read from a log, found by their headers.
 *
 * @param bytes of all of them; 0 where not even the first is whole
 * @param baseOffset of the first
 * @param endOffset one after the last record
 */
record WholeBatches(int bytes, long baseOffset, long endOffset) {

    static WholeBatches in(ByteBuffer chunk) {
        int start = chunk.position();
        int at = start;
        long end = -1;
        while (chunk.limit() - at >= DefaultRecordBatch.RECORD_BATCH_OVERHEAD) {
            int size = Records.LOG_OVERHEAD + chunk.getInt(at + Records.SIZE_OFFSET);
            if (size < DefaultRecordBatch.RECORD_BATCH_OVERHEAD || size > chunk.limit() - at) {
                break;
            }
            end = chunk.getLong(at) + chunk.getInt(at + DefaultRecordBatch.LAST_OFFSET_DELTA_OFFSET) + 1;
            at += size;
        }
        return new WholeBatches(at - start, at == start ? -1 : chunk.getLong(start), end);
    }
}
