package dev.ahti.management;

import dev.ahti.metadata.image.ClusterImage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/** What the HTTP routes tell of this node. The server sets it; Pekko Management makes the routes, so it is an extension. */
public final class NodeState implements Extension {
    private volatile boolean ready;
    private volatile Supplier<ClusterImage> image = ClusterImage::empty;

    public static NodeState get(ActorSystem<?> system) {
        return Id.INSTANCE.apply(system);
    }

    /** Whether clients can produce here; false from the moment on at which the node is asked to stop. */
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

    private static final class Id extends ExtensionId<NodeState> {
        static final Id INSTANCE = new Id();

        @Override
        public NodeState createExtension(ActorSystem<?> system) {
            return new NodeState();
        }
    }
}
