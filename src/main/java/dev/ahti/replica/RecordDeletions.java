package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.replica.LocalReplica.DeleteResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DeleteRecords at the leader: it raises its log start at once, its followers raise theirs when they hear of it, and the
 * request is answered when no live replica has the records any more, as Kafka does. Used by the replica's actor alone.
 */
final class RecordDeletions {
    private static final Logger LOG = LoggerFactory.getLogger(RecordDeletions.class);

    private final ReplicaNode node;
    private final PartitionLog log;
    private final Followers followers;
    private final HighWatermark highWatermark;
    private final List<Waiting> waiting = new ArrayList<>();
    private PartitionImage partition;

    /** @param offset what every log start must reach */
    private record Waiting(long offset, ReplicaRequest.DeleteRecords request) {}

    RecordDeletions(ReplicaNode node, PartitionLog log, Followers followers, HighWatermark highWatermark) {
        this.node = node;
        this.log = log;
        this.followers = followers;
        this.highWatermark = highWatermark;
    }

    /** The partition as the image shows it now: whose log starts count. */
    void concern(PartitionImage newer) {
        partition = newer;
    }

    /** @throws IOException the disk failed, and the request is not answered */
    void delete(ReplicaRequest.DeleteRecords request) throws IOException {
        if (!log.config().delete) {
            request.fail(Errors.POLICY_VIOLATION);
            return;
        }
        long offset = request.offset() == -1 ? highWatermark.value() : request.offset();
        if (offset < 0 || offset > highWatermark.value()) {
            request.fail(Errors.OFFSET_OUT_OF_RANGE);
            return;
        }
        if (offset > log.logStartOffset()) {
            try {
                log.raiseLogStartOffset(offset);
                followers.highWatermarkRaised();
            } catch (RuntimeException e) {
                LOG.error("{}: deleting records failed", log.topicPartition(), e);
                request.fail(Errors.forException(e));
                return;
            }
        }
        waiting.add(new Waiting(offset, request));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void answerReached() {
        if (waiting.isEmpty()) {
            return;
        }
        long low = lowWatermark();
        waiting.removeIf(one -> {
            boolean reached = one.offset() <= low;
            if (reached) {
                one.request().answer(new DeleteResult(Errors.NONE, low));
            }
            return reached;
        });
    }

    /** The smallest log start of all live replicas; -1 while one of them has not said where its log begins. */
    private long lowWatermark() {
        ClusterImage image = node.image().get();
        long low = log.logStartOffset();
        for (int replica : partition.replicas()) {
            if (replica != node.brokerId() && image.isLive(replica)) {
                low = Math.min(low, followers.logStartOf(replica, partition.leaderEpoch()));
            }
        }
        return low;
    }

    void expire(long nowNanos) {
        waiting.removeIf(one -> {
            boolean late = one.request().deadlineNanos() - nowNanos <= 0;
            if (late) {
                one.request().answer(new DeleteResult(Errors.REQUEST_TIMED_OUT, lowWatermark()));
            }
            return late;
        });
    }

    /** Nanoseconds until the first one's time is up, or {@link WaitingAppends#NO_DEADLINE}. */
    long nanosToFirstDeadline(long nowNanos) {
        return waiting.stream()
                .mapToLong(one -> one.request().deadlineNanos() - nowNanos)
                .min()
                .orElse(WaitingAppends.NO_DEADLINE);
    }

    void failAll(Errors error) {
        waiting.forEach(one -> one.request().fail(error));
        waiting.clear();
    }
}
