package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.PartitionId;

/** The leader, or that there is none ({@code -1}), from this leader epoch on. */
public record SetPartitionLeader(PartitionId partition, int leader, int leaderEpoch) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withPartition(image.partition(partition).withLeader(leader, leaderEpoch));
    }
}
