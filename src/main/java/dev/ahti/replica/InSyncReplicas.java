package dev.ahti.replica;

import dev.ahti.metadata.image.IsrMember;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What a leader knows of the in-sync replicas in one leader epoch: the committed ISR of the image, the one that it has
 * proposed, and how far each follower has come. Arithmetic only (rules 10 and 11); used by the replica's actor alone.
 */
final class InSyncReplicas {
    /** Log end of a follower that has not reported in this epoch: whatever it has may yet be truncated. */
    private static final long NOT_REPORTED = -1;

    private final int self;
    private final long epochStartOffset;
    private final long epochStartNanos;
    private final Map<Integer, Progress> followers = new HashMap<>();
    private List<Integer> replicas = List.of();
    private List<IsrMember> committed = List.of();
    private List<IsrMember> proposed = List.of();

    InSyncReplicas(int self, long epochStartOffset, long nowNanos) {
        this.self = self;
        this.epochStartOffset = epochStartOffset;
        this.epochStartNanos = nowNanos;
    }

    /** The image's state of the partition, newer than that of any proposal: it settles whatever was proposed. */
    void commit(List<Integer> newReplicas, List<IsrMember> isr) {
        replicas = newReplicas;
        committed = isr;
        proposed = isr;
        followers.keySet().retainAll(new HashSet<>(replicas));
    }

    List<IsrMember> committed() {
        return committed;
    }

    boolean isComplete() {
        return committed.size() == replicas.size();
    }

    /** An ISR that was sent to the metadata: until the outcome is known, its members hold the high watermark too. */
    void propose(List<IsrMember> isr) {
        proposed = isr;
    }

    /** The metadata have refused what was proposed. */
    void withdraw() {
        proposed = committed;
    }

    /** A follower that has started again is another one: what its predecessor had counts no more (KIP-903). */
    void report(IsrMember follower, long logEndOffset, long leaderLogEnd, long nowNanos) {
        if (replicas.contains(follower.broker())) {
            Progress progress = followers.get(follower.broker());
            if (progress == null || !progress.incarnation.equals(follower.incarnation())) {
                progress = new Progress(follower.incarnation(), nowNanos);
                followers.put(follower.broker(), progress);
            }
            progress.report(logEndOffset, leaderLogEnd, nowNanos);
        }
    }

    /** Rule 11: a follower that lacks records of this epoch's start, or acknowledged ones, is not in sync. */
    boolean mayJoin(IsrMember follower, long highWatermark) {
        return logEnd(follower) >= Math.max(highWatermark, epochStartOffset);
    }

    /** The member of a replica that has reported and is outside the committed ISR, or null. */
    IsrMember outsider(int broker) {
        Progress progress = followers.get(broker);
        if (progress == null) {
            return null;
        }
        IsrMember member = new IsrMember(broker, progress.incarnation);
        return committed.contains(member) ? null : member;
    }

    /** Whether the follower has not been level with the leader for longer than {@code replica.lag.time.max.ms}. */
    boolean isLagging(IsrMember follower, long leaderLogEnd, long nowNanos, long lagNanosMax) {
        Progress progress = followers.get(follower.broker());
        if (progress == null || !progress.incarnation.equals(follower.incarnation())) {
            return nowNanos - epochStartNanos > lagNanosMax;
        }
        return progress.isLagging(leaderLogEnd, nowNanos, lagNanosMax);
    }

    /** Whether acks=all may succeed: {@code min.insync.replicas}, but never more than there are replicas (KIP-966). */
    boolean isEnough(int minInSyncReplicas) {
        return committed.size() >= Math.min(minInSyncReplicas, replicas.size());
    }

    /** The smallest log end over committed ISR and proposed ISR: what the high watermark may rise to. */
    long smallestLogEnd(long ownLogEnd) {
        if (committed.size() == 1 && proposed.size() == 1) {
            return ownLogEnd;
        }
        long smallest = smallest(committed, ownLogEnd);
        return proposed.equals(committed) ? smallest : smallest(proposed, smallest);
    }

    private long smallest(List<IsrMember> members, long atMost) {
        long smallest = atMost;
        for (IsrMember member : members) {
            if (member.broker() != self) {
                smallest = Math.min(smallest, logEnd(member));
            }
        }
        return smallest;
    }

    private long logEnd(IsrMember member) {
        Progress progress = followers.get(member.broker());
        return progress == null || !progress.incarnation.equals(member.incarnation())
                ? NOT_REPORTED
                : progress.logEndOffset;
    }

    /** How far one follower has come, and when it was last level with the leader. */
    private static final class Progress {
        private final Uuid incarnation;
        private long logEndOffset = NOT_REPORTED;
        private long levelNanos;
        /** The leader's log end at some time: who reaches it was level at that time. */
        private long markOffset = Long.MAX_VALUE;

        private long markNanos;

        Progress(Uuid incarnation, long nowNanos) {
            this.incarnation = incarnation;
            this.levelNanos = nowNanos;
        }

        void report(long newLogEndOffset, long leaderLogEnd, long nowNanos) {
            logEndOffset = newLogEndOffset;
            if (logEndOffset >= leaderLogEnd) {
                levelNanos = nowNanos;
            } else if (logEndOffset >= markOffset) {
                levelNanos = markNanos;
            }
            if (logEndOffset >= markOffset || markOffset == Long.MAX_VALUE) {
                markOffset = leaderLogEnd;
                markNanos = nowNanos;
            }
        }

        boolean isLagging(long leaderLogEnd, long nowNanos, long lagNanosMax) {
            if (logEndOffset >= leaderLogEnd) {
                levelNanos = nowNanos;
                return false;
            }
            return nowNanos - levelNanos > lagNanosMax;
        }
    }
}
