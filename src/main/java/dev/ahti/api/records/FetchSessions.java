package dev.ahti.api.records;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The fetch sessions of this broker (KIP-227).
 *
 * <pre>
 *   session id, epoch of the request   what it does
 *   0, -1                              fetches outside any session
 *   0, 0                               begins a session
 *   id, 0                              ends that session and begins another
 *   id, -1                             ends that session
 *   id, n                              goes on: names only what changes, n being the epoch that is due
 * </pre>
 *
 * A full cache makes room by dropping a session that was idle for two minutes, or a smaller one that is older than that.
 */
final class FetchSessions {
    static final long EVICTION_MS = 120_000;
    private static final short FIRST_VERSION_BY_ID = 13;

    private final int slots;
    private final LongSupplier clockMs;
    private final IntSupplier ids;
    private final Map<Integer, FetchSession> sessions = new HashMap<>();

    /** @param slots {@code max.incremental.fetch.session.cache.slots} */
    FetchSessions(int slots, LongSupplier clockMs) {
        this(slots, clockMs, () -> ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE));
    }

    /** @param ids positive; one that is taken is passed over */
    FetchSessions(int slots, LongSupplier clockMs, IntSupplier ids) {
        this.slots = slots;
        this.clockMs = clockMs;
        this.ids = ids;
    }

    /**
     * Ids that no other broker gives, as long as broker ids differ in their last ten bits: a client that is connected to
     * another broker than before must not meet somebody else's session there.
     */
    static IntSupplier idsOf(int broker) {
        return () -> (ThreadLocalRandom.current().nextInt(1, 1 << 21) << 10) | (broker & 0x3ff);
    }

    static boolean isByTopicId(short version) {
        return version >= FIRST_VERSION_BY_ID;
    }

    FetchContext open(FetchRequestData request, short version) {
        boolean byTopicId = isByTopicId(version);
        List<PartitionFetch> named = fetches(request, byTopicId);
        int epoch = request.sessionEpoch();
        if (epoch == FetchSession.INITIAL_EPOCH || epoch == FetchSession.FINAL_EPOCH) {
            if (request.sessionId() != 0) {
                remove(request.sessionId());
            }
            return epoch == FetchSession.INITIAL_EPOCH
                    ? new FetchContext.Full(this, byTopicId, named)
                    : new FetchContext.Sessionless(named);
        }
        return goOn(request, byTopicId, named);
    }

    private FetchContext goOn(FetchRequestData request, boolean byTopicId, List<PartitionFetch> named) {
        FetchSession session = get(request.sessionId());
        if (session == null) {
            return new FetchContext.Failed(Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        Errors error = session.update(
                request.sessionEpoch(), byTopicId, named, forgotten(request, byTopicId), clockMs.getAsLong());
        if (error != Errors.NONE) {
            return new FetchContext.Failed(error);
        }
        if (session.size() == 0) {
            remove(session.id());
            return new FetchContext.Sessionless(named);
        }
        return new FetchContext.Incremental(session, request.sessionEpoch(), session.fetches());
    }

    static List<PartitionFetch> fetches(FetchRequestData request, boolean byTopicId) {
        List<PartitionFetch> fetches = new ArrayList<>();
        for (FetchTopic topic : request.topics()) {
            for (FetchPartition partition : topic.partitions()) {
                fetches.add(new PartitionFetch(
                        byTopicId ? null : topic.topic(),
                        byTopicId ? topic.topicId() : Uuid.ZERO_UUID,
                        partition.partition(),
                        partition.fetchOffset(),
                        partition.partitionMaxBytes(),
                        partition.currentLeaderEpoch(),
                        partition.lastFetchedEpoch()));
            }
        }
        return fetches;
    }

    private static List<PartitionFetch.Key> forgotten(FetchRequestData request, boolean byTopicId) {
        List<PartitionFetch.Key> keys = new ArrayList<>();
        for (ForgottenTopic topic : request.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                keys.add(new PartitionFetch.Key(byTopicId ? topic.topicId() : topic.topic(), partition));
            }
        }
        return keys;
    }

    synchronized int size() {
        return sessions.size();
    }

    private synchronized FetchSession get(int id) {
        return sessions.get(id);
    }

    private synchronized void remove(int id) {
        sessions.remove(id);
    }

    /** The new session's id, or 0 where there is no room. Kafka too gives one to a client that names no partition yet. */
    synchronized int tryCreate(boolean byTopicId, List<PartitionFetch> fetches, PartitionData[] results) {
        long nowMs = clockMs.getAsLong();
        if (sessions.size() >= slots && !makeRoom(fetches.size(), nowMs)) {
            return 0;
        }
        int id;
        do {
            id = ids.getAsInt();
        } while (sessions.containsKey(id));
        sessions.put(id, new FetchSession(id, byTopicId, nowMs, fetches, results));
        return id;
    }

    private boolean makeRoom(int newSize, long nowMs) {
        FetchSession idle = null;
        FetchSession small = null;
        for (FetchSession session : sessions.values()) {
            if (idle == null || session.lastUsedMs() < idle.lastUsedMs()) {
                idle = session;
            }
            if (nowMs - session.createdMs() > EVICTION_MS && (small == null || session.size() < small.size())) {
                small = session;
            }
        }
        FetchSession victim = idle != null && nowMs - idle.lastUsedMs() > EVICTION_MS
                ? idle
                : small != null && small.size() < newSize ? small : null;
        return victim != null && sessions.remove(victim.id()) != null;
    }
}
