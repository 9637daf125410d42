package dev.ahti.api;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/** Brokers by the address that they have on this listener. One that is fenced, or has no such listener, is offline. */
final class DirectView implements ListenerView {
    private final ClusterImage image;
    private final int asked;
    private final TreeMap<Integer, Node> registered = new TreeMap<>();
    private final TreeMap<Integer, Node> online = new TreeMap<>();

    /** @param asked the broker that the client is connected to */
    DirectView(ClusterImage image, String listener, int asked) {
        this.image = image;
        this.asked = asked;
        for (BrokerImage broker : image.brokers().values()) {
            broker.endpoint(listener)
                    .ifPresent(endpoint -> registered.put(
                            broker.id(),
                            new Node(broker.id(), endpoint, broker.rack().orElse(null), broker.fenced())));
        }
        registered.values().stream().filter(node -> !node.fenced()).forEach(node -> online.put(node.id(), node));
    }

    @Override
    public Collection<Node> brokers() {
        return Collections.unmodifiableCollection(online.values());
    }

    @Override
    public Collection<Node> registered() {
        return Collections.unmodifiableCollection(registered.values());
    }

    @Override
    public boolean isRegistered(int broker) {
        return image.brokers().containsKey(broker);
    }

    /** The broker that was asked: it is certainly there. */
    @Override
    public int controller() {
        return online.containsKey(asked) || online.isEmpty() ? orNone(asked) : online.firstKey();
    }

    private int orNone(int broker) {
        return online.containsKey(broker) ? broker : NONE;
    }

    @Override
    public int leader(PartitionImage partition) {
        return orNone(partition.leader());
    }

    @Override
    public List<Integer> replicas(PartitionImage partition) {
        return partition.replicas();
    }

    @Override
    public List<Integer> isr(PartitionImage partition) {
        return partition.isrBrokers();
    }

    @Override
    public List<Integer> offlineReplicas(PartitionImage partition) {
        List<Integer> offline = new ArrayList<>(0);
        for (int replica : partition.replicas()) {
            if (!online.containsKey(replica)) {
                offline.add(replica);
            }
        }
        return offline;
    }

    @Override
    public List<Integer> elr(PartitionImage partition) {
        return partition.elr();
    }

    @Override
    public List<Integer> lastKnownLeader(PartitionImage partition) {
        boolean leaderless = partition.leader() == PartitionImage.NO_LEADER;
        return leaderless && partition.lastKnownLeader() != PartitionImage.NO_LEADER
                ? List.of(partition.lastKnownLeader())
                : List.of();
    }

    @Override
    public List<Integer> onlineOf(List<Integer> brokers) {
        return brokers.stream().filter(online::containsKey).toList();
    }
}
