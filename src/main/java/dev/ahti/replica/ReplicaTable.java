package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;

/** The open replicas of this node: entered and left by the {@link PartitionReplica} itself. */
final class ReplicaTable implements ObservedReplicas {
    private final ConcurrentHashMap<PartitionId, ReplicaHandle> open = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<TopicPartition, Long> left = new ConcurrentHashMap<>();
    private final OpenWaiters openWaiters = new OpenWaiters(open::containsKey);
    private final RefusedSequences refused = RefusedSequences.none();
    private final List<Consumer<LocalReplica>> leadershipListeners = new CopyOnWriteArrayList<>();

    @Override
    public ReplicaHandle get(PartitionId id) {
        return open.get(id);
    }

    @Override
    public Collection<LocalReplica> all() {
        return Collections.unmodifiableCollection(open.values());
    }

    @Override
    public Runnable onOpen(PartitionId id, Runnable known) {
        return openWaiters.add(id, known);
    }

    @Override
    public boolean isAwaited(PartitionId id) {
        return openWaiters.isAwaited(id);
    }

    @Override
    public RefusedSequences refused() {
        return refused;
    }

    @Override
    public void onLeadershipChange(Consumer<LocalReplica> listener) {
        leadershipListeners.add(listener);
    }

    void leadershipChanged(ReplicaHandle handle) {
        leadershipListeners.forEach(listener -> listener.accept(handle));
    }

    Collection<ReplicaHandle> handles() {
        return open.values();
    }

    void enter(ReplicaHandle handle) {
        open.put(handle.id(), handle);
        openWaiters.opened(handle.id());
    }

    void cannotOpen(PartitionId id) {
        openWaiters.cannotOpen(id);
    }

    /** Nothing will open here any more. */
    void shutDown() {
        openWaiters.close();
    }

    void leave(ReplicaHandle handle) {
        open.remove(handle.id(), handle);
    }

    /** Leaves files behind: its high watermark goes into the next checkpoint. */
    void leaveFiles(ReplicaHandle handle) {
        left.put(handle.log().topicPartition(), handle.state().highWatermark());
        leave(handle);
    }

    /** Of the open replicas, and of those that have closed since the last time. */
    Map<TopicPartition, Long> takeHighWatermarks() {
        Map<TopicPartition, Long> all = new HashMap<>();
        for (TopicPartition name : left.keySet()) {
            all.put(name, left.remove(name));
        }
        open.values()
                .forEach(handle ->
                        all.put(handle.log().topicPartition(), handle.state().highWatermark()));
        return all;
    }
}
