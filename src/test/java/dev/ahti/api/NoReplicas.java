package dev.ahti.api;

import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplicas;
import dev.ahti.replica.RefusedSequences;
import java.util.Collection;
import java.util.List;

/** A broker that holds nothing. */
public class NoReplicas implements LocalReplicas {
    private final RefusedSequences refused = RefusedSequences.none();

    @Override
    public LocalReplica get(PartitionId id) {
        return null;
    }

    @Override
    public Collection<LocalReplica> all() {
        return List.of();
    }

    @Override
    public RefusedSequences refused() {
        return refused;
    }

    @Override
    public boolean isAwaited(PartitionId id) {
        return false;
    }

    @Override
    public Runnable onOpen(PartitionId id, Runnable known) {
        known.run();
        return () -> {};
    }
}
