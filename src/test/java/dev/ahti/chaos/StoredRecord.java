package dev.ahti.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;

/** A record as a replica's files have it. */
record StoredRecord(long offset, int leaderEpoch, String value) {

    /** All records of a replica, from its first segment to its last, read by Kafka's classes. */
    static List<StoredRecord> readAll(Path partitionDirectory) throws IOException {
        List<StoredRecord> all = new ArrayList<>();
        List<Path> segments;
        try (Stream<Path> files = Files.list(partitionDirectory)) {
            segments = files.filter(each -> each.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
        for (Path segment : segments) {
            try (FileRecords records = FileRecords.open(segment.toFile(), false, true, 0, false)) {
                for (FileChannelRecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    for (Record each : batch) {
                        all.add(new StoredRecord(
                                each.offset(),
                                batch.partitionLeaderEpoch(),
                                StandardCharsets.UTF_8.decode(each.value()).toString()));
                    }
                }
            }
        }
        return all;
    }

    @Override
    public String toString() {
        return value + "@" + offset + " epoch " + leaderEpoch;
    }
}
