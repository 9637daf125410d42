package dev.ahti.replica.replication;

/** A replica of this broker that follows. */
public interface FollowedPartition {

    /** What came on a stream, in order; perhaps on one that the replica has given up meanwhile. From any thread. */
    void take(LeaderStream stream, ToFollower message);
}
