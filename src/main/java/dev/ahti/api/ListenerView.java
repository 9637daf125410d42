package dev.ahti.api;

import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.Endpoint;
import java.util.Collection;
import java.util.List;

/** The cluster as a client of one listener sees it; {@link ListenerViews} makes it. */
public interface ListenerView {

    /** What Kafka writes where there is no leader and no controller. */
    int NONE = -1;

    /** Brokers that are online, by id. */
    Collection<Node> brokers();

    /** Those too that are fenced. */
    Collection<Node> registered();

    /** Whether clients know a broker of this id, be it offline. */
    boolean isRegistered(int broker);

    /** The broker that clients are told to send changes to: any broker takes them. */
    int controller();

    /** The partition's leader, or {@link #NONE} where it is offline. */
    int leader(PartitionImage partition);

    List<Integer> replicas(PartitionImage partition);

    List<Integer> isr(PartitionImage partition);

    List<Integer> offlineReplicas(PartitionImage partition);

    /** Eligible leader replicas (KIP-966). */
    List<Integer> elr(PartitionImage partition);

    /** Of a partition without a leader: who led it last, where that is known. */
    List<Integer> lastKnownLeader(PartitionImage partition);

    List<Integer> onlineOf(List<Integer> brokers);

    /**
     * @param endpoint its address on this listener
     * @param rack may be null
     */
    record Node(int id, Endpoint endpoint, String rack, boolean fenced) {}
}
