package dev.ahti.management;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.replica.LocalReplica;
import java.util.Map;
import java.util.TreeMap;

/** What a scrape finds of this broker's replicas. */
final class ReplicaSamples {
    private final Samples samples;
    private final NodeState.Node node;
    private final ClusterImage image;
    private final Map<Integer, Long> lags = new TreeMap<>();
    private long assigned;
    private long led;
    private long outOfSync;
    private long atMinimum;
    private long underMinimum;
    private long inSync;
    private long bytes;

    ReplicaSamples(Samples samples, NodeState.Node node, ClusterImage image) {
        this.samples = samples;
        this.node = node;
        this.image = image;
    }

    void add() {
        for (TopicImage topic : image.topics().values()) {
            for (PartitionImage partition : topic.partitions()) {
                assigned += partition.hasReplica(node.broker()) ? 1 : 0;
            }
        }
        for (LocalReplica replica : node.replicas().all()) {
            look(replica);
        }
        samples.add(Metric.REPLICAS, assigned);
        samples.add(Metric.REPLICAS_OPEN, node.replicas().all().size());
        samples.add(Metric.LED, led);
        samples.add(Metric.OUT_OF_SYNC, outOfSync);
        samples.add(Metric.AT_MIN_ISR, atMinimum);
        samples.add(Metric.UNDER_MIN_ISR, underMinimum);
        samples.add(Metric.IN_SYNC_REPLICAS, inSync);
        samples.add(Metric.LOG_BYTES, bytes);
        lags.forEach((follower, lag) -> samples.add(Metric.REPLICATION_LAG, lag, follower));
    }

    private void look(LocalReplica replica) {
        String topic = replica.log().topicPartition().topic();
        int number = replica.id().partition();
        long size = replica.log().size();
        bytes += size;
        if (node.partitionMetrics()) {
            samples.add(Metric.PARTITION_LOG_BYTES, size, topic, number);
            samples.add(Metric.PARTITION_LOG_END, replica.log().logEndOffset(), topic, number);
        }
        PartitionImage partition = image.partition(replica.id());
        if (partition == null || partition.leader() != node.broker()) {
            return;
        }
        led++;
        look(partition, replica.log().config().minInSyncReplicas);
        // Before the log's end: what is appended in between is no lag.
        Map<Integer, Long> ends = replica.followerLogEnds();
        long logEnd = replica.log().logEndOffset();
        ends.forEach((follower, end) -> {
            long lag = Math.max(0, logEnd - end);
            lags.merge(follower, lag, Math::max);
            if (node.partitionMetrics()) {
                samples.add(Metric.PARTITION_LAG, lag, topic, number, follower);
            }
        });
        if (node.partitionMetrics()) {
            samples.add(Metric.PARTITION_IN_SYNC, partition.isr().size(), topic, number);
        }
    }

    private void look(PartitionImage partition, int configuredMinimum) {
        int isr = partition.isr().size();
        int replicas = partition.replicas().size();
        int minimum = Math.min(configuredMinimum, replicas);
        inSync += isr;
        outOfSync += isr < replicas ? 1 : 0;
        atMinimum += isr == minimum && replicas > minimum ? 1 : 0;
        underMinimum += isr < minimum ? 1 : 0;
    }
}
