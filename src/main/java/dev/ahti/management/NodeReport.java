package dev.ahti.management;

import dev.ahti.metadata.ClusterMessage;
import dev.ahti.model.PartitionId;
import java.util.List;

/**
 * What a node says of itself.
 *
 * @param imageVersion of the metadata that it has seen
 * @param singleton whether it holds the metadata's singleton
 * @param seesMajority whether it sees a majority of the cluster's members; null from an older build, which does not say
 * @param vouchedBy brokers that have lately told it that it is in session, which is what counts; null from an older build
 * @param management address of its management HTTP; "" before it is bound
 * @param freeBytes on the disk of its data directory; -1 where it cannot say
 * @param sizes of those replicas that were asked for and are open there
 * @param strays names of directories that no topic claims, {@link #MAX_LISTED} at most; empty unless asked for
 * @param groups that it coordinates, those furthest behind first, {@link #MAX_LISTED} at most; empty unless asked for
 * @param groupCount how many they are
 */
record NodeReport(
        int broker,
        long imageVersion,
        int metadataEpoch,
        boolean ready,
        boolean singleton,
        Boolean seesMajority,
        List<Integer> vouchedBy,
        String management,
        int replicas,
        int leading,
        long logBytes,
        long freeBytes,
        List<Size> sizes,
        List<String> strays,
        List<Group> groups,
        int groupCount)
        implements ClusterMessage {

    /** So that a report stays below what a message between nodes may have. */
    static final int MAX_LISTED = 500;

    record Size(PartitionId partition, long logStartOffset, long logEndOffset, long highWatermark, long bytes) {}

    /** @param lagSeconds -1 where nobody can say */
    record Group(String name, String type, String state, long lag, double lagSeconds) {}
}
