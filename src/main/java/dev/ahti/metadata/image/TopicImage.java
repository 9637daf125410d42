package dev.ahti.metadata.image;

import org.apache.kafka.common.Uuid;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/** A topic and its partitions, which are numbered from 0 without a gap. */
public record TopicImage(Uuid id, String name, PVector<PartitionImage> partitions) {

    public static TopicImage empty(Uuid id, String name) {
        return new TopicImage(id, name, TreePVector.empty());
    }

    /** The partition of that number, or null. */
    public PartitionImage partition(int number) {
        return number >= 0 && number < partitions.size() ? partitions.get(number) : null;
    }

    TopicImage with(PartitionImage partition) {
        int number = partition.id().partition();
        if (number > partitions.size()) {
            throw new IllegalStateException("partition " + number + " of " + name + " before " + partitions.size());
        }
        return new TopicImage(
                id,
                name,
                number == partitions.size() ? partitions.plus(partition) : partitions.with(number, partition));
    }
}
