package dev.ahti.replica.replication;

import dev.ahti.log.PartitionLog;

/** A replica of this broker as the feeds of its followers see it. All from any thread. */
public interface LedPartition {

    PartitionLog log();

    /** The epoch in which this replica leads, or -1: says so before its log changes in any other way than by a leader's appends. */
    int leadingEpoch();

    long highWatermark();

    /** From now on its appends and its high watermark concern this stream, and no earlier one of the same broker. */
    void add(FollowerStream stream);

    void remove(FollowerStream stream);

    /** There is another log end to {@link FollowerStream#takeLogEnd take}, or another log start. */
    void reported(FollowerStream stream);
}
