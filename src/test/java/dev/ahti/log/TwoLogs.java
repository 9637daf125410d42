package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogAppendInfo;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.apache.kafka.storage.internals.log.LogStartOffsetIncrementReason;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** Our log and Kafka's own {@link UnifiedLog}, to which everything is done alike and which must look alike. */
final class TwoLogs implements AutoCloseable {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int BATCHES_TO_COMPARE = 6;
    private static final short TV1 = 1;
    private static final int PRODUCER_EXPIRATION_MS = 86_400_000;

    final ManualTime time = new ManualTime();
    private final Uuid topicId = Uuid.randomUuid();
    private final ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor();
    private final KafkaScheduler scheduler = new KafkaScheduler(1);
    private final Path directory;
    private final LogConfig config;
    private LogDirectory ourDirectory;
    PartitionLog ours;
    UnifiedLog theirs;

    TwoLogs(Path directory, Map<String, String> configs) throws IOException {
        this.directory = directory;
        Properties properties = new Properties();
        properties.putAll(configs);
        this.config = new LogConfig(properties);
        scheduler.startup();
        open(true);
    }

    private void open(boolean clean) throws IOException {
        Path kafkas = directory.resolve("theirs").resolve(PARTITION.toString());
        kafkas.toFile().mkdirs();
        long start = theirs == null ? 0 : theirs.logStartOffset();
        long recoveryPoint = theirs == null ? 0 : theirs.recoveryPoint();
        theirs = UnifiedLog.create(
                kafkas.toFile(),
                config,
                start,
                recoveryPoint,
                scheduler,
                new BrokerTopicStats(),
                time,
                300_000,
                new ProducerStateManagerConfig(PRODUCER_EXPIRATION_MS, false),
                600_000,
                new LogDirFailureChannel(1),
                clean,
                Optional.of(topicId));
        Path ourPath = directory.resolve("ours");
        if (ours != null) {
            KafkaSnapshots.keepOnlyThoseOf(kafkas, ourFiles());
        }
        ourDirectory = LogDirectory.open(ourPath, 1, new LogSettings(PRODUCER_EXPIRATION_MS, 1000, time, background));
        ours = ourDirectory.open(PARTITION, topicId, config);
    }

    void reopen() throws IOException {
        awaitTheirBackground();
        ourDirectory.close();
        theirs.close();
        KafkaSnapshots.keepLastBatchesAlone(ourFiles());
        open(true);
    }

    /** As after kill -9: nothing is closed in order. Kafka's is told the same. */
    void crash() throws IOException {
        OpenLogs.awaitIdle(background);
        awaitTheirBackground();
        ourDirectory.checkpointLogs();
        ourDirectory.abandon();
        theirs.closeHandlers();
        KafkaSnapshots.keepLastBatchesAlone(ourFiles());
        open(false);
        forgetWhereAllIsDeleted();
    }

    /**
     * Then Kafka forgets every producer and the epoch of the deleted records, at a start that follows a crash. Ours knows
     * them if they are still in the file, so that a retry is not written twice.
     */
    private void forgetWhereAllIsDeleted() throws IOException {
        if (ours.logStartOffset() == ours.logEndOffset()) {
            truncateFullyAndStartAt(ours.logEndOffset());
        }
    }

    /** Kafka writes epochs down in the background: what its next start finds must not depend on who is quicker. */
    private void awaitTheirBackground() {
        CompletableFuture<Void> idle = new CompletableFuture<>();
        scheduler.scheduleOnce("idle", () -> idle.complete(null));
        idle.join();
    }

    Path ourFiles() {
        return ours.directory();
    }

    private LogAppendInfo appendMarkerToTheirs(MemoryRecords marker, int epoch) {
        return theirs.appendAsLeader(
                marker,
                epoch,
                AppendOrigin.COORDINATOR,
                org.apache.kafka.server.common.RequestLocal.noCaching(),
                VerificationGuard.SENTINEL,
                TV1);
    }

    /** The offset given, or the name of the refusal; {@code coordinator} appends an end marker. */
    void append(MemoryRecords records, int epoch, boolean coordinator) {
        MemoryRecords copy = MemoryRecords.readableRecords(copy(records.buffer()));
        String kafkas = outcome(() -> {
            var info = coordinator ? appendMarkerToTheirs(copy, epoch) : theirs.appendAsLeader(copy, epoch);
            return info.firstOffset() + ".." + info.lastOffset();
        });
        String outcome = outcome(() -> {
            LogAppend done =
                    coordinator ? ours.appendEndMarker(records, epoch, TV1) : ours.appendAsLeader(records, epoch);
            return done.firstOffset() + ".." + done.lastOffset();
        });
        assertThat(outcome).as("append").isEqualTo(kafkas);
    }

    /** As a follower; a refusal is alike too, under either's name for it. */
    void appendAsFollower(ByteBuffer batches, int epoch) {
        MemoryRecords copy = MemoryRecords.readableRecords(copy(batches));
        String kafkas = outcome(() -> "appended " + theirsAsFollower(copy, epoch));
        String outcome = outcome(() -> "appended "
                + (ours.appendAsFollower(MemoryRecords.readableRecords(batches), epoch)
                                .firstOffset()
                        >= 0));
        assertThat(outcome)
                .as("append as follower")
                .isEqualTo(kafkas.equals("UnexpectedAppendOffsetException") ? "OffsetOutOfRangeException" : kafkas);
    }

    /** With what Kafka's {@code Partition} does, above its log, where the leader's log starts inside a batch. */
    private boolean theirsAsFollower(MemoryRecords records, int epoch) throws IOException {
        long end = theirs.logEndOffset();
        Iterator<? extends RecordBatch> batches = records.batches().iterator();
        RecordBatch first = batches.hasNext() ? batches.next() : null;
        boolean spansEnd = first != null && first.baseOffset() < end && first.lastOffset() >= end;
        if (theirs.logStartOffset() == end && spansEnd && first.partitionLeaderEpoch() <= epoch) {
            theirs.truncateFullyAndStartAt(first.baseOffset(), Optional.empty());
            theirs.appendAsFollower(records, epoch);
            raiseHighWatermark(theirs.logEndOffset());
            theirs.maybeIncrementLogStartOffset(end, LogStartOffsetIncrementReason.LeaderOffsetIncremented);
            return true;
        }
        return theirs.appendAsFollower(records, epoch).firstOffset() >= 0;
    }

    void truncateFullyAndStartAt(long offset) throws IOException {
        ours.truncateFullyAndStartAt(offset);
        theirs.truncateFullyAndStartAt(offset, Optional.empty());
    }

    /** As a new leader does before its first append. */
    void startEpoch(int epoch) throws IOException {
        ours.startEpoch(epoch);
        theirs.assignEpochStartOffset(epoch, theirs.logEndOffset());
    }

    void roll() throws IOException {
        ours.roll();
        if (theirs.activeSegment().size() > 0) {
            theirs.roll();
        }
    }

    void truncateTo(long offset) throws IOException {
        KafkaSnapshots.keepLastBatchesAlone(ourFiles());
        ours.truncateTo(offset);
        loadTheirLargestTimes();
        theirs.truncateTo(offset);
    }

    /**
     * Kafka reads a segment's largest time lazily after a start. Where a truncation comes first, it takes what the sparse
     * time index still says for it, and records that are in the log are not found; had it known the time, it would have
     * scanned for the new one, as ours does always.
     */
    private void loadTheirLargestTimes() throws IOException {
        for (LogSegment segment : theirs.logSegments()) {
            segment.maxTimestampSoFar();
        }
    }

    void raiseHighWatermark(long offset) throws IOException {
        theirs.maybeIncrementHighWatermark(new org.apache.kafka.storage.internals.log.LogOffsetMetadata(offset));
    }

    void raiseLogStartOffset(long offset) throws IOException {
        raiseHighWatermark(offset);
        theirs.maybeIncrementLogStartOffset(offset, LogStartOffsetIncrementReason.ClientRecordDeletion);
        ours.raiseLogStartOffset(offset);
    }

    void deleteExpired() throws IOException {
        raiseHighWatermark(theirs.logEndOffset());
        theirs.deleteOldSegments();
        ours.deleteExpired(ours.logEndOffset());
    }

    interface Attempt {
        String run() throws IOException;
    }

    private static String outcome(Attempt attempt) {
        try {
            return attempt.run();
        } catch (RecordValidationException e) {
            return e.invalidException().getClass().getSimpleName();
        } catch (IOException | RuntimeException e) {
            return e.getClass().getSimpleName();
        }
    }

    static ByteBuffer copy(ByteBuffer buffer) {
        ByteBuffer copy = ByteBuffer.allocate(buffer.remaining());
        return copy.put(buffer.duplicate()).flip();
    }

    void assertAlike() throws IOException {
        assertThat(ours.logEndOffset()).as("log end").isEqualTo(theirs.logEndOffset());
        assertThat(ours.logStartOffset()).as("log start").isEqualTo(theirs.logStartOffset());
        for (int epoch = -1; epoch < 8; epoch++) {
            assertThat(endOfEpoch(epoch)).as("end of epoch " + epoch).isEqualTo(theirEndOfEpoch(epoch));
        }
        long span = ours.logEndOffset() - ours.logStartOffset();
        for (long offset = ours.logStartOffset(); offset < ours.logEndOffset(); offset += 1 + span / 8) {
            assertReadAlike(offset, 5000);
        }
        assertThat(ours.lastSequences()).as("producers").isEqualTo(theirs.activeProducersWithLastSequence());
        assertThat(lastStable()).as("last stable").contains(ours.lastStableOffset(ours.logEndOffset()));
    }

    /** Returns how many transactions a consumer of read_committed is told to leave out. */
    int assertAbortedAlike(long offset, int maxBytes) throws IOException {
        LogRead read = ours.read(offset, ours.logEndOffset(), maxBytes, true, true);
        long end = Math.min(endOf(batchesOf(read), offset), ours.logEndOffset());
        // This method of Kafka's, unlike its fetch, also names those of the segment that ended before the offset.
        List<String> kafkas = theirs.collectAbortedTransactions(offset, end).stream()
                .filter(aborted -> aborted.lastOffset() >= offset)
                .map(aborted -> aborted.producerId() + " from " + aborted.firstOffset())
                .toList();
        assertThat(read.abortedTransactions().stream()
                        .filter(aborted -> aborted.firstOffset() < end)
                        .map(aborted -> aborted.producerId() + " from " + aborted.firstOffset()))
                .as("aborted transactions from %d to %d", offset, end)
                .containsExactlyElementsOf(kafkas);
        return kafkas.size();
    }

    void assertMaxTimestampAlike() throws IOException {
        String kafkas = theirs.fetchOffsetByTimestamp(ListOffsetsRequest.MAX_TIMESTAMP, Optional.empty())
                .timestampAndOffsetOpt()
                .map(found -> found.offset < ours.logStartOffset() ? null : text(found))
                .orElse(null);
        String own = ours.maxTimestamp()
                .map(found -> found.timestampMs() + "@" + found.offset() + " epoch " + found.leaderEpoch())
                .orElse("none");
        assertThat(own).as("largest time").isEqualTo(kafkas == null ? largestTimeOfReadableRecords() : kafkas);
    }

    /** Kafka may name a record before the log start, which nobody can read. */
    private String largestTimeOfReadableRecords() throws IOException {
        String largest = "none";
        long largestTime = -1;
        for (long at = ours.logStartOffset(); at < ours.logEndOffset(); ) {
            var batches = batchesOf(ours.read(at, ours.logEndOffset(), Integer.MAX_VALUE, true, false));
            for (RecordBatch batch : batches) {
                for (Record record : batch) {
                    if (record.offset() >= ours.logStartOffset() && record.timestamp() > largestTime) {
                        largestTime = record.timestamp();
                        largest = largestTime + "@" + record.offset() + " epoch " + batch.partitionLeaderEpoch();
                    }
                }
            }
            at = endOf(batches, at);
        }
        return largest;
    }

    /**
     * Where a transaction begins before the log start, Kafka names the first batch's first record instead of that, or the
     * log end where a truncation has left no batch.
     */
    private List<Long> lastStable() throws IOException {
        raiseHighWatermark(theirs.logEndOffset());
        long stable = theirs.lastStableOffset();
        if (theirs.firstUnstableOffset().isEmpty()) {
            return List.of(stable);
        }
        long start = theirs.logStartOffset();
        var batches = theirs.read(start, 1, FetchIsolation.LOG_END, true)
                .records
                .batches()
                .iterator();
        long first = batches.hasNext() ? batches.next().baseOffset() : theirs.logEndOffset();
        return stable == first ? List.of(stable, start) : List.of(stable);
    }

    private String endOfEpoch(int epoch) {
        EpochEnd end = ours.endOfEpoch(epoch);
        return end.leaderEpoch() + "@" + end.endOffset();
    }

    private String theirEndOfEpoch(int epoch) {
        var end = theirs.leaderEpochCache().endOffsetFor(epoch, theirs.logEndOffset());
        return end.getKey() + "@" + end.getValue();
    }

    /** The next few batches, wherever a segment ends: a refused append rolls Kafka's log and not ours. */
    private void assertReadAlike(long offset, int maxBytes) throws IOException {
        List<String> kafkas = new ArrayList<>();
        for (long at = offset; kafkas.size() < BATCHES_TO_COMPARE && at < theirs.logEndOffset(); ) {
            var read = theirs.read(at, maxBytes, FetchIsolation.LOG_END, true)
                    .records
                    .batches();
            kafkas.addAll(batches(read));
            at = endOf(read, at);
        }
        List<String> own = new ArrayList<>();
        for (long at = offset; own.size() < BATCHES_TO_COMPARE && at < ours.logEndOffset(); ) {
            var read = batchesOf(ours.read(at, ours.logEndOffset(), maxBytes, true, false));
            own.addAll(batches(read));
            at = endOf(read, at);
        }
        assertThat(own.stream().limit(BATCHES_TO_COMPARE))
                .as("read at " + offset)
                .isEqualTo(kafkas.stream().limit(BATCHES_TO_COMPARE).toList());
    }

    private static long endOf(Iterable<? extends RecordBatch> batches, long otherwise) {
        long end = -1;
        for (RecordBatch batch : batches) {
            end = batch.nextOffset();
        }
        return end < 0 ? Long.MAX_VALUE : Math.max(end, otherwise);
    }

    private static Iterable<? extends RecordBatch> batchesOf(LogRead read) throws IOException {
        if (!(read.records() instanceof LogSlice slice)) {
            return List.of();
        }
        ByteBuffer buffer = ByteBuffer.allocate(slice.sizeInBytes());
        slice.read(0, buffer);
        return MemoryRecords.readableRecords(buffer.flip()).batches();
    }

    private static List<String> batches(Iterable<? extends RecordBatch> batches) {
        List<String> seen = new ArrayList<>();
        batches.forEach(batch -> seen.add(batch.baseOffset() + ".." + batch.lastOffset() + " epoch "
                + batch.partitionLeaderEpoch() + " crc " + batch.checksum() + " max " + batch.maxTimestamp()));
        return seen;
    }

    /**
     * Ours is the first of all records. Kafka stops at the first segment that reaches the time, and finds nothing where
     * its log start has passed that record.
     */
    void assertTimesAlike(long timestampMs) throws IOException {
        String kafkas = theirs.fetchOffsetByTimestamp(timestampMs, Optional.empty())
                .timestampAndOffsetOpt()
                .map(TwoLogs::text)
                .orElse("none");
        String own = ours.offsetForTimestamp(timestampMs, Long.MAX_VALUE)
                .map(found -> found.timestampMs() + "@" + found.offset() + " epoch " + found.leaderEpoch())
                .orElse("none");
        assertThat(own).as("first at or after " + timestampMs).isEqualTo(firstOfAll(timestampMs));
        assertThat(kafkas).isIn(own, "none");
    }

    private String firstOfAll(long timestampMs) throws IOException {
        for (long at = ours.logStartOffset(); at < ours.logEndOffset(); ) {
            var read = batchesOf(ours.read(at, ours.logEndOffset(), 100_000, true, false));
            for (RecordBatch batch : read) {
                for (Record record : batch) {
                    if (record.timestamp() >= timestampMs && record.offset() >= at) {
                        return record.timestamp() + "@" + record.offset() + " epoch " + batch.partitionLeaderEpoch();
                    }
                }
            }
            at = endOf(read, at);
        }
        return "none";
    }

    private static String text(FileRecords.TimestampAndOffset found) {
        return found.timestamp + "@" + found.offset + " epoch " + found.leaderEpoch.orElse(-1);
    }

    @Override
    public void close() throws Exception {
        ourDirectory.close();
        theirs.close();
        scheduler.shutdown();
        background.shutdownNow();
    }
}
