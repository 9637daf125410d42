package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.model.PartitionId;
import java.util.List;

/** The in-sync replicas, and the eligible leader replicas beside them (KIP-966). */
public record UpdateISR(PartitionId partition, List<IsrMember> isr, List<Integer> elr) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withPartition(image.partition(partition).withIsr(isr, elr));
    }
}
