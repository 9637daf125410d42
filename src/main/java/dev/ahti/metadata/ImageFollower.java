package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.FetchImage;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.ClusterImage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Keeps this node's {@link CurrentImage} level with the singleton: applies what is published with the same fold, and asks
 * for what it missed.
 */
final class ImageFollower extends AbstractBehavior<Publication> {

    private final CurrentImage current;
    private final ActorRef<MetadataCommand> singleton;

    static Behavior<Publication> create(CurrentImage current, ActorRef<MetadataCommand> singleton) {
        return Behaviors.setup(context -> new ImageFollower(context, current, singleton));
    }

    private ImageFollower(
            ActorContext<Publication> context, CurrentImage current, ActorRef<MetadataCommand> singleton) {
        super(context);
        this.current = current;
        this.singleton = singleton;
    }

    @Override
    public Receive<Publication> createReceive() {
        return newReceiveBuilder()
                .onMessage(Publication.Batch.class, this::onBatch)
                .onMessage(Publication.Whole.class, this::onWhole)
                .build();
    }

    private Behavior<Publication> onBatch(Publication.Batch batch) {
        ClusterImage image = current.get();
        if (batch.epoch() < image.metadataEpoch() || batch.toVersion() <= image.version()) {
            return this;
        }
        if (batch.fromVersion() != image.version()) {
            singleton.tell(new FetchImage(image.version(), getContext().getSelf()));
            return this;
        }
        for (MetadataEvent event : batch.events()) {
            image = event.applyTo(image);
        }
        current.show(image);
        return this;
    }

    private Behavior<Publication> onWhole(Publication.Whole whole) {
        ClusterImage image = current.get();
        if (whole.epoch() >= image.metadataEpoch() && whole.snapshot().version() > image.version()) {
            current.show(whole.snapshot().toImage());
        }
        return this;
    }
}
