package dev.ahti.log;

import java.io.IOException;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;

/** Brings the producers' state up to the end of segments that are whole, after it was set back to a snapshot. */
final class ProducerReplay {
    private ProducerReplay() {}

    static void replay(Segments segments, ProducerStates producers) throws IOException {
        long from = producers.endOffset();
        for (int i = segments.indexOf(from); i < segments.all().length && from < segments.endOffset(); i++) {
            LogSegment segment = segments.all()[i];
            begin(segment, producers);
            if (segments.endPosition(i) == 0) {
                continue;
            }
            FileRecords records = FileRecords.open(segment.logFile().toFile(), false);
            try {
                int position = segment.positionOf(from, segments.endPosition(i));
                for (FileChannelRecordBatch batch : records.batchesFrom(position)) {
                    if (batch.lastOffset() >= from && batch.hasProducerId()) {
                        producers.replay(batch);
                    }
                }
            } finally {
                records.closeHandlers(); // close() would force the file to the disk
            }
        }
        end(segments.endOffset(), producers);
    }

    /** There is a snapshot at each segment's base offset, as Kafka has it. */
    static void begin(LogSegment segment, ProducerStates producers) throws IOException {
        if (segment.baseOffset() >= producers.endOffset()) {
            end(segment.baseOffset(), producers);
        }
    }

    /** As Kafka: what was read is not read again, and outlives a log start that passes it. */
    static void end(long offset, ProducerStates producers) throws IOException {
        producers.endOffset(offset);
        producers.takeSnapshot(false);
    }
}
