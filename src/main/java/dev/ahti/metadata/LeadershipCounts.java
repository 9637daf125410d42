package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metrics.MetadataMetrics;

/**
 * Counts elections and changes of ISRs from the events that a broker sees: only of partitions that it leads, so that the
 * sum over all brokers counts each once. What a snapshot brings is not counted.
 */
final class LeadershipCounts {
    private final int broker;
    private final MetadataMetrics metrics;

    LeadershipCounts(int broker, MetadataMetrics metrics) {
        this.broker = broker;
        this.metrics = metrics;
    }

    void count(ClusterImage before, MetadataEvent event, ClusterImage after) {
        if (event instanceof SetPartitionLeader change) {
            if (change.leader() == broker && !isNew(before.partition(change.partition()))) {
                metrics.elections.increment();
            }
        } else if (event instanceof UpdateISR change
                && after.partition(change.partition()).leader() == broker) {
            int had = before.partition(change.partition()).isr().size();
            if (change.isr().size() < had) {
                metrics.isrShrinks.increment();
            } else if (had > 0 && change.isr().size() > had) {
                metrics.isrExpands.increment();
            }
        }
    }

    private static boolean isNew(PartitionImage partition) {
        return partition.leader() == PartitionImage.NO_LEADER
                && partition.lastKnownLeader() == PartitionImage.NO_LEADER;
    }
}
