package dev.ahti.replica;

import dev.ahti.log.EpochEnd;
import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.replica.replication.LeaderLink;
import dev.ahti.replica.replication.LeaderStream;
import dev.ahti.replica.replication.ToFollower;
import dev.ahti.replica.replication.ToFollower.Diverging;
import dev.ahti.replica.replication.ToFollower.HighWatermarkAlone;
import dev.ahti.replica.replication.ToFollower.Records;
import dev.ahti.replica.replication.ToFollower.Refused;
import dev.ahti.replica.replication.ToFollower.StartAt;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link PartitionReplica} does while it follows. Nothing is appended but what comes on a stream that the leader has
 * opened for exactly this log: the logs agree up to the log end at which it begins.
 *
 * <pre>
 *   idle (no leader, or no connection to it) --- connected ---> stream open: append, acknowledge
 *     ^                                                          |      ^           |
 *     |                                          diverging, start at:   |           | refused
 *     |                                          cut the log, then -----+           v
 *     +--- another leader, epoch, incarnation ---                       +--- wait a while
 * </pre>
 */
final class FollowingPartition {
    private static final Logger LOG = LoggerFactory.getLogger(FollowingPartition.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(50);
    private static final Duration LAST_RETRY = Duration.ofSeconds(1);

    private final ReplicaNode node;
    private final ReplicaHandle handle;
    private final PartitionLog log;
    private final HighWatermark highWatermark;
    private final BlockingWork blocking;
    private final Consumer<Duration> followAgainIn;
    private int leader = PartitionImage.NO_LEADER;
    private int leaderEpoch = -1;
    private Uuid incarnation = Uuid.ZERO_UUID;
    private LeaderStream stream;
    private boolean waiting;
    private Duration nextRetry = FIRST_RETRY;
    private long acknowledgedStart;
    private long acknowledgedEnd;
    private ApiException refusal;

    /** @param followAgainIn makes the actor call {@link #followAgain} after a while */
    FollowingPartition(
            ReplicaNode node,
            ReplicaHandle handle,
            HighWatermark highWatermark,
            BlockingWork blocking,
            Consumer<Duration> followAgainIn) {
        this.node = node;
        this.handle = handle;
        this.log = handle.log();
        this.highWatermark = highWatermark;
        this.blocking = blocking;
        this.followAgainIn = followAgainIn;
    }

    /** After this replica has published that it does not lead. */
    void follow(int newLeader, int newLeaderEpoch) {
        if (newLeader != leader || newLeaderEpoch != leaderEpoch || !incarnation.equals(node.incarnation())) {
            stop();
            leader = newLeader;
            leaderEpoch = newLeaderEpoch;
            incarnation = node.incarnation();
            nextRetry = FIRST_RETRY;
        }
        openStream();
    }

    void stop() {
        endStream();
        leader = PartitionImage.NO_LEADER;
        leaderEpoch = -1;
        waiting = false;
    }

    /** There is a new connection to a broker: whatever was on an earlier one has ended. */
    void connected(int broker) {
        if (broker == leader) {
            endStream();
            waiting = false;
            openStream();
        }
    }

    void followAgain() {
        waiting = false;
        openStream();
    }

    /** Does nothing where a stream is open, or has to wait. */
    void openStream() {
        if (leader == PartitionImage.NO_LEADER || stream != null || waiting || blocking.isUnderWay()) {
            return;
        }
        LeaderLink link = node.links().to(leader);
        if (link != null) {
            long start = log.logStartOffset();
            long end = log.logEndOffset();
            int lastEpoch = end > start ? log.epochOf(end - 1) : -1;
            acknowledgedStart = start;
            acknowledgedEnd = end;
            stream = link.follow(handle, handle.id(), leaderEpoch, incarnation, start, end, lastEpoch);
        }
    }

    private void endStream() {
        if (stream != null) {
            stream.end();
            stream = null;
        }
    }

    private void followAgainLater() {
        endStream();
        waiting = true;
        followAgainIn.accept(nextRetry);
        Duration doubled = nextRetry.multipliedBy(2);
        nextRetry = doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
    }

    /**
     * Takes what came from the leader; on an earlier stream, it is nothing any more.
     *
     * @return bytes to write
     * @throws IOException the disk failed
     */
    int take(LeaderStream on, ToFollower message) throws IOException {
        if (stream == null || !stream.equals(on)) {
            return 0;
        }
        if (message instanceof Records records) {
            takeRecords(records);
            return records.records().remaining();
        } else if (message instanceof HighWatermarkAlone alone) {
            nextRetry = FIRST_RETRY;
            raise(alone.highWatermark(), alone.logStartOffset());
        } else if (message instanceof Diverging diverging) {
            cut(commonEnd(diverging));
        } else if (message instanceof StartAt start) {
            LOG.warn("{}: beginning anew at {}, from where on the leader has records", name(), start.offset());
            endStream();
            blocking.run(() -> log.truncateFullyAndStartAt(start.offset()), this::afterCut);
        } else if (message instanceof Refused refused) {
            LOG.debug("{}: broker {} says {}", name(), leader, refused.error());
            followAgainLater();
        }
        return 0;
    }

    private void takeRecords(Records records) throws IOException {
        nextRetry = FIRST_RETRY;
        if (records.startOffset() != log.logEndOffset()) {
            LOG.error(
                    "{}: records from {} do not follow the log end {}",
                    name(),
                    records.startOffset(),
                    log.logEndOffset());
            followAgainLater();
        } else if (log.latestEpoch() < leaderEpoch) {
            // A batch of a new epoch has the log write that epoch through to the disk first.
            int epoch = leaderEpoch;
            blocking.run(() -> append(records, epoch), () -> appended(records));
        } else {
            append(records, leaderEpoch);
            appended(records);
        }
    }

    private void append(Records records, int epoch) throws IOException {
        refusal = null;
        try {
            log.appendAsFollower(MemoryRecords.readableRecords(records.records()), epoch);
        } catch (KafkaStorageException e) {
            throw new IOException(e);
        } catch (ApiException e) {
            refusal = e;
        }
    }

    private void appended(Records records) {
        if (refusal != null) {
            LOG.error("{}: the leader's records at {} are refused", name(), records.startOffset(), refusal);
            followAgainLater();
        } else {
            raise(records.highWatermark(), records.logStartOffset());
        }
    }

    /** The high watermark is the leader's, but never beyond what this replica has. */
    private void raise(long leadersHighWatermark, long leadersLogStart) {
        highWatermark.raiseTo(Math.min(leadersHighWatermark, log.logEndOffset()));
        long logStart = Math.min(leadersLogStart, highWatermark.value());
        if (logStart > log.logStartOffset()) {
            blocking.run(() -> log.raiseLogStartOffset(logStart), () -> {});
        }
    }

    /** Where the two logs part at the latest (KIP-101, KIP-279); perhaps earlier still, then the leader says so again. */
    private long commonEnd(Diverging diverging) {
        EpochEnd own = log.endOfEpoch(diverging.epoch());
        long ownEnd = own.endOffset() < 0 ? log.logEndOffset() : own.endOffset();
        return Math.min(ownEnd, diverging.endOffset());
    }

    private void cut(long offset) {
        endStream();
        if (offset < highWatermark.value()) {
            LOG.warn(
                    "{}: cut to {} below the high watermark {}: only an unclean election may lose acknowledged records",
                    name(),
                    offset,
                    highWatermark.value());
        } else {
            LOG.info("{}: cut from {} to {}, as broker {} has it", name(), log.logEndOffset(), offset, leader);
        }
        blocking.run(() -> log.truncateTo(offset), this::afterCut);
    }

    private void afterCut() {
        highWatermark.keepWithin(log.logStartOffset(), log.logEndOffset());
        openStream();
    }

    /** After what was taken in one go: the leader hears once what this replica has. */
    void acknowledge() {
        long start = log.logStartOffset();
        long end = log.logEndOffset();
        boolean changed = start != acknowledgedStart || end != acknowledgedEnd;
        if (stream != null && changed && !blocking.isUnderWay()) {
            acknowledgedStart = start;
            acknowledgedEnd = end;
            stream.acknowledge(start, end);
        }
    }

    private String name() {
        return log.topicPartition().toString();
    }
}
