package dev.ahti.metadata.image;

import dev.ahti.model.PartitionId;
import java.util.List;

/**
 * What the metadata say of one partition.
 *
 * @param leader id of the leading broker, or {@link #NO_LEADER}
 * @param leaderEpoch rises with every change of leader, new incarnation of the leader and removal of a replica
 * @param partitionEpoch rises with every event of the partition
 * @param elr eligible leader replicas (KIP-966): brokers that left the ISR while it was below min.insync.replicas
 * @param lastKnownLeader the leader before the partition lost its last one, or {@link #NO_LEADER}
 */
public record PartitionImage(
        PartitionId id,
        List<Integer> replicas,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        List<IsrMember> isr,
        List<Integer> elr,
        int lastKnownLeader) {

    public static final int NO_LEADER = -1;

    public PartitionImage {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        elr = List.copyOf(elr);
    }

    public static PartitionImage assigned(PartitionId id, List<Integer> replicas) {
        return new PartitionImage(id, replicas, NO_LEADER, 0, 0, List.of(), List.of(), NO_LEADER);
    }

    public List<Integer> isrBrokers() {
        return isr.stream().map(IsrMember::broker).toList();
    }

    /** Whether the first replica leads. */
    public boolean hasPreferredLeader() {
        return leader == replicas.get(0);
    }

    public boolean hasReplica(int broker) {
        return replicas.contains(broker);
    }

    public PartitionImage withReplicas(List<Integer> newReplicas) {
        return new PartitionImage(id, newReplicas, leader, leaderEpoch, partitionEpoch + 1, isr, elr, lastKnownLeader);
    }

    /**
     * A change of leader: {@code newLeader} may be {@link #NO_LEADER}; the last known leader is then the one before. So
     * "no leader" said of a partition that has none makes it forget the last known one, as when that one's directory is
     * lost (rule 18).
     */
    public PartitionImage withLeader(int newLeader, int newLeaderEpoch) {
        int known = newLeader != NO_LEADER ? newLeader : leader;
        return new PartitionImage(id, replicas, newLeader, newLeaderEpoch, partitionEpoch + 1, isr, elr, known);
    }

    public PartitionImage withIsr(List<IsrMember> newIsr, List<Integer> newElr) {
        return new PartitionImage(
                id, replicas, leader, leaderEpoch, partitionEpoch + 1, newIsr, newElr, lastKnownLeader);
    }
}
