package dev.ahti.api.records;

import dev.ahti.metadata.image.TopicImage;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplica.Leadership;
import dev.ahti.replica.LocalReplica.ReadRequest;
import dev.ahti.replica.LocalReplica.ReadResult;
import java.io.IOException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One partition of a fetch under way: what was found last, and the wait for more. Used by one thread at a time. */
final class FetchedPartition {
    private static final Logger log = LoggerFactory.getLogger(FetchedPartition.class);

    private final PartitionFetch fetch;
    private final Uuid topicId;
    private final LocalReplica replica;
    private final Errors errorWithoutReplica;
    private Leadership seen;
    private ReadResult read;
    private Errors error;
    /** Null before the first wait. */
    private Runnable cancelWait;

    private boolean waiting;
    /** Set by whoever wakes the fetch, and also before the first read. */
    private volatile boolean stale = true;

    FetchedPartition(Routing routing, TopicImage topic, PartitionFetch fetch) {
        this.fetch = fetch;
        this.topicId = topic == null ? Uuid.ZERO_UUID : topic.id();
        this.replica = routing.replica(topic, fetch.partition());
        this.errorWithoutReplica = topic == null && fetch.topic() == null
                ? Errors.UNKNOWN_TOPIC_ID
                : Routing.errorWithoutReplica(topic, fetch.partition());
    }

    int partition() {
        return fetch.partition();
    }

    /** Zero where the topic is unknown. */
    Uuid topicId() {
        return topicId;
    }

    boolean isStale() {
        return stale;
    }

    /** Waits since the last read. */
    boolean isWaiting() {
        return waiting;
    }

    /** There is something to say at once: an error, or that the client's log diverges. */
    boolean isUrgent() {
        return error != Errors.NONE || read.diverging() != null;
    }

    int bytes() {
        return read == null || read.records() == null ? 0 : read.records().sizeInBytes();
    }

    void read(int bytesLeft, boolean atLeastOneBatch, boolean readCommitted) {
        // First of all: a wake-up during the read makes it stale again.
        stale = false;
        waiting = false;
        read = null;
        if (replica == null) {
            error = errorWithoutReplica;
            return;
        }
        try {
            seen = replica.leadership();
            read = replica.read(new ReadRequest(
                    fetch.offset(),
                    Math.max(0, Math.min(fetch.maxBytes(), bytesLeft)),
                    atLeastOneBatch,
                    fetch.currentLeaderEpoch(),
                    fetch.lastFetchedEpoch(),
                    readCommitted));
            error = read.error();
        } catch (IOException e) {
            log.error("reading {} at {} failed", replica.id(), fetch.offset(), e);
            error = Errors.KAFKA_STORAGE_ERROR;
        } catch (RuntimeException e) {
            error = Errors.forException(e);
            if (error == Errors.UNKNOWN_SERVER_ERROR) {
                log.error("reading {} at {} failed", replica.id(), fetch.offset(), e);
            }
        }
    }

    /**
     * Waits for the high watermark to pass what the last read saw. Not for the fetch offset alone: the last stable offset
     * or the minimal bytes may lie beyond it, and the wait would end at once, again and again. The leadership that the
     * read saw is compared afterwards, since it may have changed before the wait began.
     */
    void await(Runnable wake) {
        cancel();
        waiting = true;
        cancelWait = replica.onReadable(Math.max(fetch.offset(), read.highWatermark()), any -> wakeUp(wake));
        Leadership now = replica.leadership();
        if (now.leaderEpoch() != seen.leaderEpoch() || now.leading() != seen.leading()) {
            wakeUp(wake);
        }
    }

    private void wakeUp(Runnable wake) {
        stale = true;
        wake.run();
    }

    void cancel() {
        if (cancelWait != null) {
            cancelWait.run();
        }
    }

    PartitionData answer(boolean readCommitted) {
        return error == Errors.NONE
                ? FetchAnswers.found(fetch.partition(), read, readCommitted)
                : FetchAnswers.failed(fetch.partition(), error);
    }
}
