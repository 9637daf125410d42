package dev.ahti.management;

import dev.ahti.metadata.image.ClusterImage;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/** What the HTTP routes tell of this node. The server sets it; Pekko Management makes the routes, so it is an extension. */
public final class NodeState implements Extension {
    private volatile boolean inSync;
    private volatile boolean stopping;
    private volatile Supplier<ClusterImage> image = ClusterImage::empty;
    private volatile Optional<Groups> groups = Optional.empty();

    /**
     * Those that this broker coordinates.
     *
     * @param coordinators the broker that coordinates a group, as this node sees it
     */
    public record Groups(int broker, GroupLags lags, Function<String, OptionalInt> coordinators) {}

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

    private static final class Id extends ExtensionId<NodeState> {
        static final Id INSTANCE = new Id();

        @Override
        public NodeState createExtension(ActorSystem<?> system) {
            return new NodeState();
        }
    }
}
