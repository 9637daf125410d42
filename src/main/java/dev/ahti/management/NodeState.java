package dev.ahti.management;

import dev.ahti.log.LogDirectory;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metrics.MetadataMetrics;
import dev.ahti.metrics.RequestMetrics;
import dev.ahti.peer.SeenMembers;
import dev.ahti.replica.LocalReplicas;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/** What the HTTP routes tell of this node. The server sets it; Pekko Management makes the routes, so it is an extension. */
public final class NodeState implements Extension {
    private final ActorSystem<?> system;
    private volatile boolean inSync;
    private volatile boolean stopping;
    private volatile Supplier<ClusterImage> image = ClusterImage::empty;
    private volatile Optional<Groups> groups = Optional.empty();
    private volatile Optional<Node> node = Optional.empty();
    private volatile Optional<ManagementSecurity.Credentials> credentials = Optional.empty();
    private volatile ClusterNodes nodes;

    /**
     * Those that this broker coordinates.
     *
     * @param coordinators the broker that coordinates a group, as this node sees it
     */
    public record Groups(int broker, GroupLags lags, Function<String, OptionalInt> coordinators) {}

    /**
     * This broker.
     *
     * @param address of its management HTTP; "" before it is bound
     * @param members what it sees of the cluster's members
     * @param partitionMetrics whether there are metrics of each partition
     */
    public record Node(
            int broker,
            Supplier<String> address,
            LocalReplicas replicas,
            LogDirectory directory,
            Supplier<SeenMembers> members,
            RequestMetrics requests,
            MetadataMetrics metadata,
            boolean partitionMetrics) {}

    private NodeState(ActorSystem<?> system) {
        this.system = system;
    }

    public static NodeState get(ActorSystem<?> system) {
        return Id.INSTANCE.apply(system);
    }

    /** From {@link #inSync} on, until {@link #stopping}: an orchestrator stops the next broker when this one is ready. */
    public boolean ready() {
        return inSync && !stopping;
    }

    /** Clients can produce here, and the replicas are back in sync. */
    public void inSync() {
        inSync = true;
    }

    /** The node was asked to stop. */
    public void stopping() {
        stopping = true;
    }

    public ClusterImage image() {
        return image.get();
    }

    public void image(Supplier<ClusterImage> source) {
        image = source;
    }

    /** Empty until the broker coordinates groups. */
    public Optional<Groups> groups() {
        return groups;
    }

    public void groups(Groups coordinated) {
        groups = Optional.of(coordinated);
    }

    /** Empty until the broker has replicas. */
    Optional<Node> node() {
        return node;
    }

    /** From now on this node tells the others, too. */
    public void node(Node started) {
        node = Optional.of(started);
        NodeReports.start(system, this);
    }

    Optional<ManagementSecurity.Credentials> credentials() {
        return credentials;
    }

    void credentials(Optional<ManagementSecurity.Credentials> wanted) {
        credentials = wanted;
    }

    /** Of the cluster that this node is in. */
    ClusterNodes nodes() {
        ClusterNodes known = nodes;
        return known == null ? new MembersByRole(system) : known;
    }

    /** Others than those, for tests. */
    void nodes(ClusterNodes others) {
        nodes = others;
    }

    private static final class Id extends ExtensionId<NodeState> {
        static final Id INSTANCE = new Id();

        @Override
        public NodeState createExtension(ActorSystem<?> system) {
            return new NodeState(system);
        }
    }
}
