package dev.ahti.api.virtual;

import dev.ahti.model.PartitionId;

/** That the broker which is asked leads the partition, in this epoch or a later one. */
public record ExpectedLeader(PartitionId partition, int leaderEpoch) {}
