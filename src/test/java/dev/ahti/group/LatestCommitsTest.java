package dev.ahti.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordHelpers;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class LatestCommitsTest {
    private static final GroupCoordinatorRecordSerde SERDE = new GroupCoordinatorRecordSerde();
    private final LatestCommits commits = new LatestCommits();
    private final List<RecordBatch> batches = new ArrayList<>();
    private long end;

    private static CoordinatorRecord commit(String group, int partition, long offset) {
        return GroupCoordinatorRecordHelpers.newOffsetCommitRecord(
                group,
                "t",
                partition,
                new OffsetAndMetadata(offset, OptionalInt.empty(), "", 0, OptionalLong.empty(), Uuid.ZERO_UUID));
    }

    private static CoordinatorRecord tombstone(String group, int partition) {
        return GroupCoordinatorRecordHelpers.newOffsetCommitTombstoneRecord(group, "t", partition);
    }

    private static CoordinatorRecord epoch(String group, int epoch) {
        return GroupCoordinatorRecordHelpers.newConsumerGroupEpochRecord(group, epoch, 0);
    }

    private void append(CoordinatorRecord... records) {
        SimpleRecord[] simple = new SimpleRecord[records.length];
        for (int i = 0; i < records.length; i++) {
            simple[i] = new SimpleRecord(0, SERDE.serializeKey(records[i]), SERDE.serializeValue(records[i]));
        }
        add(MemoryRecords.withRecords(end, Compression.NONE, simple));
    }

    private void add(MemoryRecords records) {
        records.batches().forEach(batches::add);
        end = batches.get(batches.size() - 1).nextOffset();
    }

    private long[] wanted() {
        batches.forEach(commits::see);
        return LongStream.range(0, end)
                .filter(offset -> commits.wantsAny(offset, offset))
                .toArray();
    }

    @Test
    void ofCommitsOfTheSameOffsetTheLastIsWanted() {
        append(commit("g", 0, 1), commit("g", 1, 1));
        append(commit("g", 0, 2), commit("h", 0, 1));
        append(commit("g", 0, 3));

        assertThat(wanted()).containsExactly(1, 3, 4);
        assertThat(commits.wantsAny(0, 1)).isTrue();
        assertThat(commits.wantsAny(5, 9)).isFalse();
        assertThat(commits.wantsAny(2, 2)).isFalse();
    }

    @Test
    void whatDeletesACommitIsWantedInItsPlace() {
        append(commit("g", 0, 1));
        append(tombstone("g", 0));

        assertThat(wanted()).containsExactly(1);
    }

    @Test
    void allThatIsNotACommitIsWanted() {
        append(epoch("g", 1));
        append(commit("g", 0, 1), epoch("g", 2));
        append(epoch("g", 2), commit("g", 0, 1));

        assertThat(wanted()).containsExactly(0, 2, 3, 4);
    }

    /** The first of these counts when the transaction ends, after the second. */
    @Test
    void commitsInATransactionAreWantedAndTakeNoOthersPlace() {
        append(commit("g", 0, 1));
        CoordinatorRecord commit = commit("g", 0, 2);
        for (int i = 0; i < 2; i++) {
            add(MemoryRecords.withTransactionalRecords(
                    end,
                    Compression.NONE,
                    7,
                    (short) 0,
                    i,
                    -1,
                    new SimpleRecord(0, SERDE.serializeKey(commit), SERDE.serializeValue(commit))));
        }
        append(commit("g", 0, 3));
        add(MemoryRecords.withEndTransactionMarker(
                end, 0, -1, 7, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0)));

        assertThat(wanted()).as("markers are replayed without a question").containsExactly(1, 2, 3);
    }
}
