package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;

/** Our producer state and Kafka's, to which everything is done alike and which must look alike. */
final class TwoProducerStates {
    static final TopicPartition PARTITION = new TopicPartition("t", 0);
    static final int EXPIRATION_MS = 60_000;

    final ManualTime time = new ManualTime();
    private final Path ourDirectory;
    private final Path theirDirectory;
    private final List<RecordBatch> log = new ArrayList<>();
    private long highWatermark;
    private long logStart;
    ProducerStates ours;
    private ProducerStateManager theirs;

    TwoProducerStates(Path ourDirectory, Path theirDirectory) throws IOException {
        this.ourDirectory = ourDirectory;
        this.theirDirectory = theirDirectory;
        open(ourDirectory, theirDirectory);
    }

    private void open(Path forOurs, Path forTheirs) throws IOException {
        ours = new ProducerStates(PARTITION, forOurs, EXPIRATION_MS);
        theirs = new ProducerStateManager(
                PARTITION, forTheirs.toFile(), 300_000, new ProducerStateManagerConfig(EXPIRATION_MS, false), time);
    }

    long logEnd() {
        return log.isEmpty()
                ? logStart
                : Math.max(logStart, log.get(log.size() - 1).lastOffset() + 1);
    }

    /** Returns what it came to: the same for both, or the test fails. */
    String append(List<RecordBatch> batches, AppendOrigin origin, short transactionVersion, boolean writeFails) {
        String theirOutcome = outcome(() -> appendToTheirs(batches, origin, transactionVersion, writeFails));
        String outcome = outcome(() -> appendToOurs(
                batches, dev.ahti.log.AppendOrigin.valueOf(origin.name()), transactionVersion, writeFails));
        if (outcome.startsWith("duplicate") && theirOutcome.equals("OutOfOrderSequenceException")) {
            // Kafka has forgotten it: it keeps five.
            assertThat(outcome)
                    .isIn(batches.stream()
                            .flatMap(batch -> log.stream().filter(each -> repeats(each, batch)))
                            .map(each -> "duplicate of " + each.baseOffset())
                            .toList());
            return outcome;
        }
        assertThat(outcome).isEqualTo(theirOutcome);
        if (outcome.startsWith("appended") && !writeFails) {
            log.addAll(batches);
        }
        return outcome;
    }

    private static boolean repeats(RecordBatch first, RecordBatch again) {
        return first.producerId() == again.producerId()
                && first.producerEpoch() == again.producerEpoch()
                && first.baseSequence() == again.baseSequence()
                && first.lastSequence() == again.lastSequence();
    }

    private String appendToOurs(
            List<RecordBatch> batches, dev.ahti.log.AppendOrigin origin, short transactionVersion, boolean writeFails) {
        ProducerAppend append = ours.check(batches, origin, transactionVersion);
        if (append.duplicate().isPresent()) {
            return "duplicate of " + append.duplicate().get().firstOffset();
        }
        return writeFails ? "appended" : "appended" + ours.commit(append);
    }

    /** As {@code UnifiedLog} uses it. */
    private String appendToTheirs(
            List<RecordBatch> batches, AppendOrigin origin, short transactionVersion, boolean writeFails) {
        Map<Long, ProducerAppendInfo> updates = new HashMap<>();
        List<CompletedTxn> completed = new ArrayList<>();
        for (RecordBatch batch : batches) {
            if (batch.hasProducerId()) {
                Optional<BatchMetadata> duplicate =
                        origin == AppendOrigin.CLIENT ? theirDuplicate(batch) : Optional.empty();
                if (duplicate.isPresent()) {
                    return "duplicate of " + duplicate.get().firstOffset();
                }
                updates.computeIfAbsent(batch.producerId(), id -> theirs.prepareUpdate(id, origin))
                        .append(batch, Optional.empty(), transactionVersion)
                        .ifPresent(completed::add);
            }
        }
        if (writeFails) {
            return "appended";
        }
        updates.values().forEach(theirs::update);
        List<AbortedTxn> aborted = complete(completed);
        theirs.updateMapEndOffset(batches.get(batches.size() - 1).lastOffset() + 1);
        return "appended" + aborted;
    }

    private List<AbortedTxn> complete(List<CompletedTxn> completed) {
        List<AbortedTxn> aborted = new ArrayList<>();
        for (CompletedTxn one : completed) {
            if (one.isAborted()) {
                aborted.add(new AbortedTxn(
                        one.producerId(), one.firstOffset(), one.lastOffset(), theirs.lastStableOffset(one)));
            }
            theirs.completeTxn(one);
        }
        return aborted;
    }

    private Optional<BatchMetadata> theirDuplicate(RecordBatch batch) {
        return theirs.lastEntry(batch.producerId())
                .filter(entry -> entry.producerEpoch() == batch.producerEpoch())
                .flatMap(entry -> entry.batchMetadata().stream()
                        .filter(known ->
                                known.firstSeq() == batch.baseSequence() && known.lastSeq() == batch.lastSequence())
                        .findFirst());
    }

    private interface Attempt {
        String run();
    }

    private static String outcome(Attempt attempt) {
        try {
            return attempt.run();
        } catch (RuntimeException e) {
            return e.getClass().getSimpleName();
        }
    }

    void raiseHighWatermark(long offset) {
        highWatermark = Math.max(highWatermark, offset);
        theirs.onHighWatermarkUpdated(highWatermark);
    }

    void raiseLogStart(long offset) throws IOException {
        logStart = Math.max(logStart, offset);
        theirs.onLogStartOffsetIncremented(logStart);
        theirs.deleteSnapshotsBefore(logStart);
        ours.logStartRaised(logStart);
        ours.deleteSnapshotsBefore(logStart);
    }

    void takeSnapshot() throws IOException {
        theirs.takeSnapshot();
        ours.takeSnapshot(false);
    }

    void removeExpired() {
        theirs.removeExpiredProducers(time.milliseconds());
        ours.removeExpired(time.milliseconds());
    }

    /** Cuts the log and brings both states to its end. */
    void truncateTo(long offset) throws IOException {
        log.removeIf(batch -> batch.lastOffset() >= offset);
        highWatermark = Math.min(highWatermark, logEnd());
        reload();
    }

    /** New objects over the other's files, which are read back; what came after the last snapshot is replayed. */
    void restart(boolean swapFiles) throws IOException {
        takeSnapshot();
        open(swapFiles ? theirDirectory : ourDirectory, swapFiles ? ourDirectory : theirDirectory);
        reload();
        assertAlike("read from each other's files");
        open(ourDirectory, theirDirectory);
        reload();
    }

    private void reload() throws IOException {
        long end = logEnd();
        KafkaSnapshots.keepLastBatchesAlone(ourDirectory);
        theirs.truncateAndReload(logStart, end, time.milliseconds());
        ours.truncateAndReload(logStart, end, time.milliseconds());
        assertThat(ours.endOffset()).as("where the replay begins").isEqualTo(theirs.mapEndOffset());
        long from = ours.endOffset();
        for (RecordBatch batch : log) {
            if (batch.baseOffset() >= from) {
                String replayed = appendToTheirs(List.of(batch), AppendOrigin.REPLICATION, (short) -1, false);
                assertThat("appended" + ours.replay(batch)).isEqualTo(replayed);
            }
        }
        theirs.updateMapEndOffset(end);
        ours.endOffset(end);
        theirs.onHighWatermarkUpdated(highWatermark);
    }

    void assertAlike(String of) {
        assertThat(entries()).as(of).isEqualTo(theirEntries());
        assertThat(ours.endOffset()).as(of).isEqualTo(theirs.mapEndOffset());
        assertThat(ours.firstUndecidedOffset()).as(of).isEqualTo(theirs.firstUndecidedOffset());
        assertThat(ours.latestSnapshotOffset()).as(of).isEqualTo(theirs.latestSnapshotOffset());
        long unstable = theirs.firstUnstableOffset()
                .map(metadata -> metadata.messageOffset)
                .orElse(Long.MAX_VALUE);
        assertThat(ours.lastStableOffset(highWatermark))
                .as("%s: last stable offset", of)
                .isEqualTo(Math.min(unstable, highWatermark));
    }

    private TreeMap<Long, String> entries() {
        TreeMap<Long, String> entries = new TreeMap<>();
        ours.all()
                .forEach(state -> entries.put(
                        state.producerId(),
                        KafkaSnapshots.keepingLast(ProducerState.KAFKA_KEEPS, state)
                                .toString()));
        return entries;
    }

    private TreeMap<Long, String> theirEntries() {
        TreeMap<Long, String> entries = new TreeMap<>();
        theirs.activeProducers().forEach((id, entry) -> entries.put(id, text(id, entry)));
        return entries;
    }

    private static String text(long id, ProducerStateEntry entry) {
        List<AppendedBatch> batches = entry.batchMetadata().stream()
                .map(one -> new AppendedBatch(one.lastSeq(), one.lastOffset(), one.offsetDelta(), one.timestamp()))
                .toList();
        return "producer " + id + " epoch " + entry.producerEpoch() + ", coordinator epoch " + entry.coordinatorEpoch()
                + ", last timestamp " + entry.lastTimestamp() + ", transaction from "
                + entry.currentTxnFirstOffset().orElse(-1) + ", batches " + batches;
    }
}
