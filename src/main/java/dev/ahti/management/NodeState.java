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
    private volatile boolean ready;
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

    /**
     * Whether clients can produce here, and another broker may be stopped: this one is in sync with the leaders of its
     * partitions. So once it has been; false again from the moment on at which the node is asked to stop.
     */
    public boolean ready() {
        return ready;
    }

    public void ready(boolean now) {
        ready = now;
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
