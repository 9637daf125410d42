package dev.ahti.replica;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a leader knows of the in-sync replicas in one leader epoch: the committed ISR of the image, the one that it has
 * proposed, and how far each follower has come. Arithmetic only (rules 10 and 11); used by the replica's actor alone.
 */
final class InSyncReplicas {
    /** Log end of a follower that has not reported in this epoch: whatever it has may yet be truncated. */
    private static final long NOT_REPORTED = -1;

    private final int self;
    private final long epochStartOffset;
    private final Map<Integer, Long> followerLogEnds = new HashMap<>();
    private List<Integer> replicas = List.of();
    private List<Integer> committed = List.of();
    private List<Integer> proposed = List.of();

    InSyncReplicas(int self, long epochStartOffset) {
        this.self = self;
        this.epochStartOffset = epochStartOffset;
    }

    /** The image's state of the partition. It settles whatever was proposed. */
    void commit(List<Integer> newReplicas, List<Integer> isr) {
        replicas = List.copyOf(newReplicas);
        committed = List.copyOf(isr);
        proposed = committed;
        followerLogEnds.keySet().retainAll(new HashSet<>(replicas));
    }

    /** An ISR that was sent to the metadata: until the outcome is known, its members hold the high watermark too. */
    void propose(List<Integer> isr) {
        proposed = List.copyOf(isr);
    }

    void reportLogEnd(int follower, long logEndOffset) {
        if (replicas.contains(follower)) {
            followerLogEnds.put(follower, logEndOffset);
        }
    }

    /** Rule 11: a follower that lacks records of this epoch's start, or acknowledged ones, is not in sync. */
    boolean mayJoin(int follower, long highWatermark) {
        return replicas.contains(follower)
                && followerLogEnds.getOrDefault(follower, NOT_REPORTED) >= Math.max(highWatermark, epochStartOffset);
    }

    /** Whether acks=all may succeed: {@code min.insync.replicas}, but never more than there are replicas (KIP-966). */
    boolean isEnough(int minInSyncReplicas) {
        return committed.size() >= Math.min(minInSyncReplicas, replicas.size());
    }

    /** The smallest log end over committed ISR and proposed ISR: what the high watermark may rise to. */
    long smallestLogEnd(long ownLogEnd) {
        Set<Integer> counted = new HashSet<>(committed);
        counted.addAll(proposed);
        long smallest = ownLogEnd;
        for (int broker : counted) {
            if (broker != self) {
                smallest = Math.min(smallest, followerLogEnds.getOrDefault(broker, NOT_REPORTED));
            }
        }
        return smallest;
    }
}
