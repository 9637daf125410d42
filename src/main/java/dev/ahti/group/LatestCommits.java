package dev.ahti.group;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;

/**
 * Which records of a slot's log need be replayed: all but the commits of offsets after which the same offset was committed
 * again, which are nearly all that a log has. The topic is made to be compacted, so they may be missing. Commits in a
 * transaction stay: they count from the transaction's end on, not from where they stand.
 */
final class LatestCommits {
    private final Map<ByteBuffer, long[]> lastCommits = new HashMap<>();
    private final LongStream.Builder others = LongStream.builder();
    private long[] wanted;

    /** Batches in the order of the log, before the first question. */
    void see(RecordBatch batch) {
        if (batch.isControlBatch()) {
            return;
        }
        for (Record record : batch) {
            ByteBuffer key = record.key();
            if (batch.isTransactional() || !isCommit(key)) {
                others.add(record.offset());
                continue;
            }
            long[] last = lastCommits.get(key);
            if (last == null) {
                lastCommits.put(copy(key), new long[] {record.offset()});
            } else {
                last[0] = record.offset();
            }
        }
    }

    /** Whether one of these offsets, both included, is to be replayed. */
    boolean wantsAny(long first, long last) {
        int at = Arrays.binarySearch(wanted(), first);
        int next = at >= 0 ? at : -at - 1;
        return next < wanted().length && wanted()[next] <= last;
    }

    private long[] wanted() {
        if (wanted == null) {
            LongStream commits = lastCommits.values().stream().mapToLong(last -> last[0]);
            wanted = LongStream.concat(commits, others.build()).sorted().toArray();
            lastCommits.clear();
        }
        return wanted;
    }

    private static boolean isCommit(ByteBuffer key) {
        if (key == null || key.remaining() < Short.BYTES) {
            return false;
        }
        short type = key.getShort(key.position());
        return type == CoordinatorRecordType.OFFSET_COMMIT.id()
                || type == CoordinatorRecordType.LEGACY_OFFSET_COMMIT.id();
    }

    private static ByteBuffer copy(ByteBuffer key) {
        return ByteBuffer.allocate(key.remaining()).put(key.duplicate()).flip();
    }
}
