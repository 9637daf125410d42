package dev.ahti.api;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * The cluster as a client of one listener sees it: brokers by the address that they have there. A broker that is fenced,
 * or has no such listener, is offline.
 */
public final class ListenerView {

    /** What Kafka writes where there is no leader and no controller. */
    public static final int NONE = -1;

    private final ClusterImage image;
    private final TreeMap<Integer, Node> online = new TreeMap<>();

    public ListenerView(ClusterImage image, String listener) {
        this.image = image;
        image.brokers().values().stream().filter(broker -> !broker.fenced()).forEach(broker -> broker.endpoint(listener)
                .ifPresent(endpoint -> online.put(broker.id(), new Node(broker, endpoint))));
    }

    /** Brokers that are online, by id. */
    public Collection<Node> brokers() {
        return Collections.unmodifiableCollection(online.values());
    }

    public boolean isOnline(int broker) {
        return online.containsKey(broker);
    }

    public boolean isRegistered(int broker) {
        return image.brokers().containsKey(broker);
    }

    /**
     * The broker that clients are told to send changes to. Any broker takes them, and the one that was asked is certainly
     * there.
     */
    public int controller(int asked) {
        return online.containsKey(asked) || online.isEmpty() ? orNone(asked) : online.firstKey();
    }

    private int orNone(int broker) {
        return online.containsKey(broker) ? broker : NONE;
    }

    /** The partition's leader, or {@link #NONE} where it is offline. */
    public int leader(PartitionImage partition) {
        return orNone(partition.leader());
    }

    public List<Integer> onlineOf(List<Integer> brokers) {
        return brokers.stream().filter(this::isOnline).toList();
    }

    public List<Integer> offlineReplicas(PartitionImage partition) {
        List<Integer> offline = new ArrayList<>(0);
        for (int replica : partition.replicas()) {
            if (!isOnline(replica)) {
                offline.add(replica);
            }
        }
        return offline;
    }

    /** @param endpoint its address on this listener */
    public record Node(BrokerImage broker, Endpoint endpoint) {
        public int id() {
            return broker.id();
        }

        public String rack() {
            return broker.rack().orElse(null);
        }
    }
}
