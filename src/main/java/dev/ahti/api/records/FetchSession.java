package dev.ahti.api.records;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The partitions that one client fetches again and again, and what it was last told of each (KIP-227). Each request
 * carries the epoch after that of the one before. Partitions that had records go to the end, so that the next fetch
 * begins with those that had none.
 */
final class FetchSession {
    static final int INITIAL_EPOCH = 0;
    static final int FINAL_EPOCH = -1;

    private final int id;
    private final boolean byTopicId;
    private final long createdMs;
    private final Map<PartitionFetch.Key, Cached> partitions;
    private int epoch = nextEpoch(INITIAL_EPOCH);
    private volatile int size;
    private volatile long lastUsedMs;

    FetchSession(int id, boolean byTopicId, long nowMs, List<PartitionFetch> fetches, PartitionData[] results) {
        this.id = id;
        this.byTopicId = byTopicId;
        this.createdMs = nowMs;
        this.lastUsedMs = nowMs;
        this.partitions = new LinkedHashMap<>(fetches.size() * 2);
        for (int i = 0; i < results.length; i++) {
            Cached cached = new Cached(fetches.get(i));
            cached.isNews(results[i]);
            partitions.put(fetches.get(i).key(), cached);
        }
        this.size = partitions.size();
    }

    /** From 1 on to the largest number, and then from 1 again: 0 and -1 have meanings of their own. */
    static int nextEpoch(int epoch) {
        return epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    int id() {
        return id;
    }

    /** Number of partitions. */
    int size() {
        return size;
    }

    long createdMs() {
        return createdMs;
    }

    long lastUsedMs() {
        return lastUsedMs;
    }

    /** Takes the changes of a request: an error, or NONE and the session stands at the next epoch. */
    synchronized Errors update(
            int requestEpoch,
            boolean requestByTopicId,
            List<PartitionFetch> changed,
            List<PartitionFetch.Key> forgotten,
            long nowMs) {
        if (requestEpoch != epoch) {
            return Errors.INVALID_FETCH_SESSION_EPOCH;
        }
        if (requestByTopicId != byTopicId) {
            return Errors.FETCH_SESSION_TOPIC_ID_ERROR;
        }
        for (PartitionFetch fetch : changed) {
            Cached cached = partitions.get(fetch.key());
            if (cached == null) {
                partitions.put(fetch.key(), new Cached(fetch));
            } else {
                cached.fetch = fetch;
            }
        }
        forgotten.forEach(partitions::remove);
        epoch = nextEpoch(epoch);
        size = partitions.size();
        lastUsedMs = nowMs;
        return Errors.NONE;
    }

    synchronized List<PartitionFetch> fetches() {
        List<PartitionFetch> fetches = new ArrayList<>(partitions.size());
        partitions.values().forEach(cached -> fetches.add(cached.fetch));
        return fetches;
    }

    /**
     * Which results are news to the client, which from now on knows them.
     *
     * @param requestEpoch epoch of the request that is being answered
     * @return null if the session has gone on without this request
     */
    synchronized boolean[] changed(int requestEpoch, List<PartitionFetch> fetches, PartitionData[] results) {
        if (epoch != nextEpoch(requestEpoch)) {
            return null;
        }
        boolean[] included = new boolean[results.length];
        for (int i = 0; i < results.length; i++) {
            PartitionFetch.Key key = fetches.get(i).key();
            Cached cached = partitions.get(key);
            included[i] = cached == null || cached.isNews(results[i]);
            if (cached != null && results[i].records().sizeInBytes() > 0) {
                partitions.remove(key);
                partitions.put(key, cached);
            }
        }
        return included;
    }

    /** A partition, and what the client was last told of it. */
    private static final class Cached {
        private static final long TELL_NEXT_TIME = -1;

        private PartitionFetch fetch;
        private long highWatermark = TELL_NEXT_TIME;
        private long logStartOffset = TELL_NEXT_TIME;

        Cached(PartitionFetch fetch) {
            this.fetch = fetch;
        }

        boolean isNews(PartitionData data) {
            boolean news = data.records().sizeInBytes() > 0
                    || data.highWatermark() != highWatermark
                    || data.logStartOffset() != logStartOffset
                    || data.preferredReadReplica() >= 0
                    || data.divergingEpoch().epoch() >= 0
                    || data.errorCode() != Errors.NONE.code();
            // After an error the client is told that it is over.
            highWatermark = data.errorCode() == Errors.NONE.code() ? data.highWatermark() : TELL_NEXT_TIME;
            logStartOffset = data.logStartOffset();
            return news;
        }
    }
}
