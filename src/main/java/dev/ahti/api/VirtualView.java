package dev.ahti.api;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import java.util.Collection;
import java.util.List;

/**
 * All brokers as one, at the one address that clients reach: it leads every partition that has a leader, and is its only
 * replica. Clients take several ids at one address for several connections and mix them up, so there is exactly one.
 */
final class VirtualView implements ListenerView {
    /**
     * The same at every broker, whatever brokers there are: a client that comes back through another one must find what
     * it left. The lowest id that there can be, and no broker's by default.
     */
    static final int ID = 0;

    private static final List<Integer> ALONE = List.of(ID);

    private final ClusterImage image;
    private final List<Node> brokers;

    /** @param asked the broker that the client is connected to: its address is where clients are */
    VirtualView(ClusterImage image, String listener, int asked) {
        this.image = image;
        this.brokers = image.broker(asked)
                .flatMap(broker -> broker.endpoint(listener))
                .map(endpoint -> List.of(new Node(ID, endpoint, null, false)))
                .orElse(List.of());
    }

    @Override
    public Collection<Node> brokers() {
        return brokers;
    }

    @Override
    public Collection<Node> registered() {
        return brokers;
    }

    @Override
    public boolean isRegistered(int broker) {
        return broker == ID;
    }

    @Override
    public int controller() {
        return ID;
    }

    @Override
    public int leader(PartitionImage partition) {
        boolean online = image.broker(partition.leader())
                .filter(broker -> !broker.fenced())
                .isPresent();
        return online ? ID : NONE;
    }

    @Override
    public List<Integer> replicas(PartitionImage partition) {
        return ALONE;
    }

    @Override
    public List<Integer> isr(PartitionImage partition) {
        return ALONE;
    }

    @Override
    public List<Integer> offlineReplicas(PartitionImage partition) {
        boolean reachable =
                partition.replicas().stream().map(image.brokers()::get).anyMatch(VirtualView::isOnline);
        return reachable ? List.of() : ALONE;
    }

    private static boolean isOnline(BrokerImage broker) {
        return broker != null && !broker.fenced();
    }

    @Override
    public List<Integer> elr(PartitionImage partition) {
        return List.of();
    }

    @Override
    public List<Integer> lastKnownLeader(PartitionImage partition) {
        return List.of();
    }

    @Override
    public List<Integer> onlineOf(List<Integer> brokersShown) {
        return brokersShown;
    }
}
