package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.replica.LocalReplica.Leadership;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a replica's actor shows to readers, who take it once and work with that.
 *
 * @param unavailable NONE while the replica serves, else what to answer to everything
 * @param lastStableOffset as of {@code leadership.highWatermark()}
 */
record ReplicaState(Leadership leadership, long lastStableOffset, Errors unavailable) {

    /** Of a replica that serves. */
    static ReplicaState of(Leadership leadership, PartitionLog log) {
        return new ReplicaState(leadership, log.lastStableOffset(leadership.highWatermark()), Errors.NONE);
    }

    /** What a request for a partition is answered with that is not led here, or NONE. */
    Errors refusal() {
        if (unavailable != Errors.NONE) {
            return unavailable;
        }
        return leadership.leading() ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    long highWatermark() {
        return leadership.highWatermark();
    }

    boolean sameLeadership(ReplicaState other) {
        return leadership.leader() == other.leadership.leader()
                && leadership.leaderEpoch() == other.leadership.leaderEpoch()
                && leadership.leading() == other.leadership.leading()
                && unavailable == other.unavailable;
    }
}
