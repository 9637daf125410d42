package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import java.util.List;

/** A new partition, or new replicas of one. */
public record AssignPartition(PartitionId partition, List<Integer> replicas) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        PartitionImage before = image.partition(partition);
        return image.withPartition(
                before == null ? PartitionImage.assigned(partition, replicas) : before.withReplicas(replicas));
    }
}
