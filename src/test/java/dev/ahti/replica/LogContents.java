package dev.ahti.replica;

import dev.ahti.log.LogRead;
import dev.ahti.log.LogSlice;
import dev.ahti.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/** What is in a log, record by record: the value and the leader epoch, by offset. */
final class LogContents {
    private static final int MAX_BYTES = 1 << 20;

    private LogContents() {}

    static SortedMap<Long, String> of(PartitionLog log, long from, long end) throws IOException {
        SortedMap<Long, String> contents = new TreeMap<>();
        long next = from;
        while (next < end) {
            LogRead read = log.read(next, end, MAX_BYTES, true, false);
            if (!(read.records() instanceof LogSlice slice)) {
                return contents;
            }
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
            slice.read(0, bytes);
            for (RecordBatch batch : MemoryRecords.readableRecords(bytes.flip()).batches()) {
                batch.forEach(record -> contents.put(
                        record.offset(),
                        StandardCharsets.UTF_8.decode(record.value()) + "@" + batch.partitionLeaderEpoch()));
                next = batch.lastOffset() + 1;
            }
        }
        return contents.subMap(from, end);
    }
}
