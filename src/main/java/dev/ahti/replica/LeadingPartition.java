package dev.ahti.replica;

import dev.ahti.log.LogAppend;
import dev.ahti.log.PartitionLog;
import dev.ahti.log.RefusedRecords;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica.AppendResult;
import dev.ahti.replica.LocalReplica.CoordinatorBatch;
import dev.ahti.replica.replication.FollowerStream;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link PartitionReplica} does while it leads: appends, raises the high watermark, and answers from it. No answer
 * leaves before {@link #answerReached}, so that whoever is answered finds the published state to match.
 */
final class LeadingPartition {
    private static final Logger LOG = LoggerFactory.getLogger(LeadingPartition.class);

    private final ReplicaNode node;
    private final PartitionId id;
    private final PartitionLog log;
    private final Followers followers;
    private final IsrChanges isrChanges;
    private final HighWatermark highWatermark;
    private final WaitingAppends untilLocal = new WaitingAppends();
    private final WaitingAppends untilReplicated = new WaitingAppends();
    private final RecordDeletions deletions;
    private InSyncReplicas inSync;
    private int leaderEpoch = -1;
    private int partitionEpoch = -1;
    private long epochStartOffset;
    private long offeredLogEnd = -1;

    LeadingPartition(ReplicaNode node, ReplicaHandle handle, HighWatermark highWatermark, IsrChanges isrChanges) {
        this.node = node;
        this.id = handle.id();
        this.log = handle.log();
        this.followers = handle.followers();
        this.highWatermark = highWatermark;
        this.isrChanges = isrChanges;
        this.deletions = new RecordDeletions(node, log, followers, highWatermark);
    }

    /**
     * The partition, which this replica leads in an epoch that the log knows of. What waits goes on waiting: the records
     * are the same.
     */
    void lead(PartitionImage partition) {
        if (partition.leaderEpoch() != leaderEpoch) {
            leaderEpoch = partition.leaderEpoch();
            epochStartOffset = log.logEndOffset();
            inSync = new InSyncReplicas(node.brokerId(), epochStartOffset, System.nanoTime());
            partitionEpoch = -1;
        }
        if (partition.partitionEpoch() != partitionEpoch) {
            partitionEpoch = partition.partitionEpoch();
            inSync.commit(partition.replicas(), partition.isr());
            isrChanges.settle(partition, inSync);
            deletions.concern(partition);
        }
    }

    /**
     * Takes what is asked of a leader.
     *
     * @return bytes to write
     * @throws IOException the disk failed, and the request is not answered
     */
    int take(ReplicaRequest request) throws IOException {
        if (request instanceof ReplicaRequest.Append append) {
            append(append);
            return append.records().sizeInBytes();
        }
        if (request instanceof ReplicaRequest.AppendByCoordinator append) {
            append(append);
            return append.batch().records().sizeInBytes();
        }
        if (request instanceof ReplicaRequest.Reported reported) {
            report(reported.stream());
        } else {
            deleteRecords((ReplicaRequest.DeleteRecords) request);
        }
        return 0;
    }

    /** A follower's log end, if its stream is one of this epoch and the latest of its broker. */
    private void report(FollowerStream stream) {
        long logEnd = stream.takeLogEnd();
        if (stream.leaderEpoch() == leaderEpoch && followers.contains(stream)) {
            inSync.report(
                    new IsrMember(stream.broker(), stream.incarnation()),
                    logEnd,
                    log.logEndOffset(),
                    System.nanoTime());
            if (!inSync.isComplete()) {
                isrChanges.look();
            }
        }
    }

    IsrChanges isrChanges() {
        return isrChanges;
    }

    /** Lets the followers have what was appended: once for all of it, and before anybody is answered. */
    void offerToFollowers() {
        long end = log.logEndOffset();
        if (end != offeredLogEnd) {
            offeredLogEnd = end;
            followers.wake();
        }
    }

    long epochStartOffset() {
        return epochStartOffset;
    }

    private void append(ReplicaRequest.Append request) throws IOException {
        if (!node.seesMajority().getAsBoolean()) {
            refuse(request, Errors.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        if (request.waitsForAll() && !hasEnoughInSync()) {
            refuse(request, Errors.NOT_ENOUGH_REPLICAS);
            return;
        }
        if (isTooEarly(request.records())) {
            request.fail(Errors.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        LogAppend appended;
        try {
            appended = log.appendAsLeader(request.records(), leaderEpoch);
        } catch (KafkaStorageException e) {
            throw new IOException(e);
        } catch (ApiException e) {
            request.fail(Errors.forException(e), e.getMessage(), recordErrors(e));
            return;
        } catch (RuntimeException e) {
            LOG.error("{}: an append failed", log.topicPartition(), e);
            request.fail(Errors.UNKNOWN_SERVER_ERROR);
            return;
        }
        // A duplicate waits like the first try, which may not be replicated yet (rule 13).
        WaitingAppends waiting = request.waitsForAll() ? untilReplicated : untilLocal;
        waiting.add(
                appended.lastOffset() + 1,
                request,
                new AppendResult(
                        Errors.NONE,
                        null,
                        appended.firstOffset(),
                        appended.logAppendTimeMs(),
                        log.logStartOffset(),
                        List.of()));
    }

    private void refuse(ReplicaRequest.Append request, Errors notNow) {
        node.table().refused().add(id.topicId(), id.partition(), request.records());
        request.fail(notNow);
    }

    /** What a producer that the log knows has sent too early, its sequence numbers say. */
    private boolean isTooEarly(MemoryRecords records) {
        return node.table()
                        .refused()
                        .holdBack(id.topicId(), log.topicPartition().topic(), id.partition(), records)
                && !log.knowsProducer(RefusedSequences.producerId(records));
    }

    /** Whether it is replicated is not asked here: its coordinator, on this broker, waits for the high watermark itself. */
    private void append(ReplicaRequest.AppendByCoordinator request) throws IOException {
        CoordinatorBatch batch = request.batch();
        if (!node.seesMajority().getAsBoolean()
                || batch.leaderEpoch() != leaderEpoch
                || batch.baseOffset() != log.logEndOffset()) {
            request.fail(Errors.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        try {
            if (batch.transactionVersion() < 0) {
                log.appendAsCoordinator(batch.records(), leaderEpoch);
            } else {
                log.appendEndMarker(batch.records(), leaderEpoch, batch.transactionVersion());
            }
        } catch (KafkaStorageException e) {
            throw new IOException(e);
        } catch (RuntimeException e) {
            LOG.error("{}: a coordinator's append failed", log.topicPartition(), e);
            request.fail(Errors.forException(e));
            return;
        }
        request.answer(Errors.NONE);
    }

    private void deleteRecords(ReplicaRequest.DeleteRecords request) throws IOException {
        if (node.seesMajority().getAsBoolean()) {
            deletions.delete(request);
        } else {
            request.fail(Errors.NOT_LEADER_OR_FOLLOWER);
        }
    }

    /** Raises the high watermark as far as the in-sync replicas have come; it stands still while they are too few. */
    void raiseHighWatermark() {
        if (hasEnoughInSync()) {
            highWatermark.raiseTo(inSync.smallestLogEnd(log.logEndOffset()));
        }
    }

    /** The one place where an append succeeds; after the high watermark was published. */
    void answerReached() {
        if (!untilLocal.isEmpty()) {
            answerLocal();
        }
        untilReplicated.answerUpTo(highWatermark.value());
        if (!hasEnoughInSync()) {
            untilReplicated.failAll(Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
        }
        deletions.answerReached();
    }

    /** What only this replica has is acknowledged only while no other can be leading (rule 16). */
    private void answerLocal() {
        if (node.seesMajority().getAsBoolean()) {
            untilLocal.answerUpTo(log.logEndOffset());
        } else {
            untilLocal.failAll(Errors.NOT_LEADER_OR_FOLLOWER);
        }
    }

    void expire(long nowNanos) {
        untilReplicated.expire(nowNanos);
        deletions.expire(nowNanos);
    }

    long nanosToFirstDeadline(long nowNanos) {
        return Math.min(untilReplicated.nanosToFirstDeadline(nowNanos), deletions.nanosToFirstDeadline(nowNanos));
    }

    boolean isAnyWaiting() {
        return !untilReplicated.isEmpty() || !deletions.isEmpty();
    }

    void failWaiting(Errors error) {
        untilLocal.failAll(error);
        untilReplicated.failAll(error);
        deletions.failAll(error);
    }

    private static List<BatchIndexAndErrorMessage> recordErrors(ApiException refusal) {
        return refusal instanceof RefusedRecords refused
                ? refused.recordErrors().stream()
                        .map(error -> new BatchIndexAndErrorMessage()
                                .setBatchIndex(error.batchIndex)
                                .setBatchIndexErrorMessage(error.message))
                        .toList()
                : List.of();
    }

    private boolean hasEnoughInSync() {
        return inSync.isEnough(log.config().minInSyncReplicas);
    }
}
