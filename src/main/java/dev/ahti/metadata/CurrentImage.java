package dev.ahti.metadata;

import dev.ahti.metadata.image.ClusterImage;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's image: read by everybody without asking anyone, set by the {@code ImageFollower} alone.
 */
public final class CurrentImage {
    private static final Logger LOG = LoggerFactory.getLogger(CurrentImage.class);

    private final List<BiConsumer<ClusterImage, ClusterImage>> listeners = new CopyOnWriteArrayList<>();
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparingLong(Waiting::version));
    private volatile ClusterImage image = ClusterImage.empty();

    public ClusterImage get() {
        return image;
    }

    /** Completes when the image has this version or a later one. */
    public CompletionStage<ClusterImage> atLeast(long version) {
        synchronized (waiting) {
            if (image.version() >= version) {
                return CompletableFuture.completedFuture(image);
            }
            Waiting one = new Waiting(version, new CompletableFuture<>());
            waiting.add(one);
            return one.reached();
        }
    }

    /** Calls {@code listener} with the image before and after each change, in order, on the follower's thread. */
    public void onChange(BiConsumer<ClusterImage, ClusterImage> listener) {
        listeners.add(listener);
    }

    /** Shows a newer image: listeners first, so that whoever waits for a version finds its effects begun. */
    public void show(ClusterImage next) {
        ClusterImage before = image;
        image = next;
        listeners.forEach(listener -> tell(listener, before, next));
        while (true) {
            Waiting reached;
            synchronized (waiting) {
                if (waiting.isEmpty() || waiting.peek().version() > next.version()) {
                    return;
                }
                reached = waiting.poll();
            }
            reached.reached().complete(next);
        }
    }

    /** One that fails keeps neither the others from the change nor this node from all later ones. */
    private static void tell(BiConsumer<ClusterImage, ClusterImage> listener, ClusterImage before, ClusterImage next) {
        try {
            listener.accept(before, next);
        } catch (RuntimeException e) {
            LOG.error("Version {} of the image could not be taken by {}", next.version(), listener, e);
        }
    }

    private record Waiting(long version, CompletableFuture<ClusterImage> reached) {}
}
