package dev.ahti.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Finds records in what a log has published: without a lock, from any thread. */
final class LogReader {
    private static final LogRead NOTHING = new LogRead(MemoryRecords.EMPTY, List.of());

    private LogReader() {}

    static LogRead read(
            Segments segments,
            long logStartOffset,
            long offset,
            long endOffset,
            int maxBytes,
            boolean atLeastOneBatch,
            boolean withAbortedTransactions)
            throws IOException {
        if (offset < logStartOffset || offset > segments.endOffset()) {
            throw new OffsetOutOfRangeException(
                    "offset " + offset + " is not within " + logStartOffset + " to " + segments.endOffset());
        }
        long end = Math.min(endOffset, segments.endOffset());
        if (offset >= end) {
            return NOTHING;
        }
        for (int i = segments.indexOf(offset); i < segments.all().length; i++) {
            LogSegment segment = segments.all()[i];
            int segmentEnd = segments.endPosition(i);
            int start = segment.positionOf(offset, segmentEnd);
            if (start < segmentEnd) {
                int limit = end >= segments.endOffset(i) ? segmentEnd : segment.positionOf(end, segmentEnd);
                LogSlice slice = slice(segment, start, limit, maxBytes, atLeastOneBatch);
                if (slice == null) {
                    return NOTHING;
                }
                long behind = Math.min(end, segment.offsetBehind(start + slice.sizeInBytes(), segments.endOffset(i)));
                return new LogRead(slice, withAbortedTransactions ? aborted(segments, i, offset, behind) : List.of());
            }
        }
        return NOTHING;
    }

    private static LogSlice slice(LogSegment segment, int start, int limit, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        if (limit <= start) {
            return null;
        }
        int bytes = Math.min(limit - start, Math.max(0, maxBytes));
        if (atLeastOneBatch && bytes < limit - start) {
            bytes = Math.max(bytes, segment.sizeOfBatchAt(start, limit));
        }
        return bytes == 0 ? null : new LogSlice(segment.channel(), start, bytes);
    }

    /** Aborted transactions that may reach into the range, from its segment's index on until one says that is all. */
    private static List<AbortedTransaction> aborted(Segments segments, int first, long offset, long end)
            throws IOException {
        List<AbortedTransaction> aborted = new ArrayList<>();
        for (int i = first; i < segments.all().length; i++) {
            TransactionIndex.Found found = segments.all()[i].transactionIndex().overlapping(offset, end);
            found.aborted().forEach(transaction -> aborted.add(transaction.toFetchResponse()));
            if (found.complete()) {
                break;
            }
        }
        return aborted;
    }

    static Optional<TimestampOffset> offsetForTimestamp(
            Segments segments, long logStartOffset, long timestampMs, long endOffset) throws IOException {
        for (int i = 0; i < segments.all().length; i++) {
            LogSegment segment = segments.all()[i];
            boolean active = i == segments.all().length - 1;
            if (segments.endOffset(i) > logStartOffset
                    && (active || segment.timestamps().max() >= timestampMs)) {
                TimestampOffset found = search(segment, timestampMs, logStartOffset, segments.endPosition(i));
                if (found != null) {
                    return found.offset() < endOffset ? Optional.of(found) : Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    static Optional<TimestampOffset> firstRecord(Segments segments, long logStartOffset, long offset, long endOffset)
            throws IOException {
        long from = Math.max(offset, logStartOffset);
        for (int i = segments.indexOf(from); i < segments.all().length; i++) {
            LogSegment segment = segments.all()[i];
            int end = segments.endPosition(i);
            BatchScanner scanner = new BatchScanner(segment.channel(), segment.positionOf(from, end), end);
            while (scanner.advance() && scanner.baseOffset() < endOffset) {
                TimestampOffset found = firstRecord(segment, scanner, from);
                if (found != null) {
                    return found.offset() < endOffset ? Optional.of(found) : Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static TimestampOffset firstRecord(LogSegment segment, BatchScanner scanner, long from) throws IOException {
        for (RecordBatch batch :
                segment.readBatch(scanner.position(), scanner.size()).batches()) {
            if (batch.isControlBatch()) {
                continue;
            }
            for (Record record : batch) {
                if (record.offset() >= from) {
                    return found(record, scanner);
                }
            }
        }
        return null;
    }

    static Optional<TimestampOffset> maxTimestamp(Segments segments, long logStartOffset) throws IOException {
        LogSegment best = null;
        int bestIndex = 0;
        for (int i = 0; i < segments.all().length; i++) {
            LogSegment segment = segments.all()[i];
            if (segment.size() > 0
                    && (best == null
                            || segment.timestamps().max() > best.timestamps().max())) {
                best = segment;
                bestIndex = i;
            }
        }
        if (best == null) {
            return Optional.empty();
        }
        TimestampOffset found = search(best, best.timestamps().max(), logStartOffset, segments.endPosition(bestIndex));
        return Optional.ofNullable(found == null ? maxTimestampOfThoseLeft(segments, logStartOffset) : found);
    }

    /** Where the record with the largest time was deleted and is still in the file: batch by batch. */
    private static TimestampOffset maxTimestampOfThoseLeft(Segments segments, long logStartOffset) throws IOException {
        TimestampOffset largest = null;
        for (int i = segments.indexOf(logStartOffset); i < segments.all().length; i++) {
            LogSegment segment = segments.all()[i];
            int end = segments.endPosition(i);
            BatchScanner scanner = new BatchScanner(segment.channel(), segment.positionOf(logStartOffset, end), end);
            while (scanner.advance()) {
                if (largest == null || scanner.maxTimestamp() > largest.timestampMs()) {
                    largest = larger(segment, scanner, logStartOffset, largest);
                }
            }
        }
        return largest;
    }

    private static TimestampOffset larger(
            LogSegment segment, BatchScanner scanner, long startOffset, TimestampOffset largest) throws IOException {
        for (var record : segment.readBatch(scanner.position(), scanner.size()).records()) {
            boolean larger = largest == null || record.timestamp() > largest.timestampMs();
            if (larger && record.offset() >= startOffset) {
                largest = found(record, scanner);
            }
        }
        return largest;
    }

    /** The first record at or after the time and from {@code startOffset} on; null if there is none below {@code end}. */
    private static TimestampOffset search(LogSegment segment, long timestampMs, long startOffset, int end)
            throws IOException {
        long from = Math.max(startOffset, segment.timestamps().offsetOfOlder(timestampMs));
        BatchScanner scanner = new BatchScanner(segment.channel(), segment.positionOf(from, end), end);
        while (scanner.advance()) {
            if (scanner.maxTimestamp() >= timestampMs) {
                for (var record :
                        segment.readBatch(scanner.position(), scanner.size()).records()) {
                    if (record.timestamp() >= timestampMs && record.offset() >= startOffset) {
                        return found(record, scanner);
                    }
                }
            }
        }
        return null;
    }

    /** @param batch at the one that holds the record */
    private static TimestampOffset found(Record record, BatchScanner batch) {
        return new TimestampOffset(record.timestamp(), record.offset(), Math.max(batch.leaderEpoch(), -1));
    }
}
