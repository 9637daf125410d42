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
 * Keeps this node's {@link CurrentImage} level with the singleton: applies what is published with the same fold, asks
 * for what it missed, and gives other followers what they miss.
 */
final class ImageFollower extends AbstractBehavior<Publication> {
    private final CurrentImage current;
    private final ActorRef<MetadataCommand> singleton;
    private final LeadershipCounts counts;
    private final PublishedHistory history;
    private final Parts parts = new Parts();

    static Behavior<Publication> create(
            MetadataSettings settings,
            CurrentImage current,
            ActorRef<MetadataCommand> singleton,
            LeadershipCounts counts) {
        return Behaviors.setup(context -> new ImageFollower(context, settings, current, singleton, counts));
    }

    private ImageFollower(
            ActorContext<Publication> context,
            MetadataSettings settings,
            CurrentImage current,
            ActorRef<MetadataCommand> singleton,
            LeadershipCounts counts) {
        super(context);
        this.current = current;
        this.singleton = singleton;
        this.counts = counts;
        this.history = new PublishedHistory(settings.recentEvents());
    }

    @Override
    public Receive<Publication> createReceive() {
        return newReceiveBuilder()
                .onMessage(Publication.Batch.class, this::onBatch)
                .onMessage(Publication.Whole.class, this::onWhole)
                .onMessage(Publication.Part.class, this::onPart)
                .onMessage(Publication.Wanted.class, this::onWanted)
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
            ClusterImage before = image;
            image = event.applyTo(image);
            counts.count(before, event, image);
        }
        history.add(batch);
        current.show(image);
        return this;
    }

    private Behavior<Publication> onWhole(Publication.Whole whole) {
        ClusterImage image = current.get();
        if (whole.epoch() >= image.metadataEpoch() && whole.snapshot().version() > image.version()) {
            history.clear();
            current.show(whole.snapshot().toImage());
        }
        return this;
    }

    /** Parts of what is not wanted are let go before they are put together. */
    private Behavior<Publication> onPart(Publication.Part part) {
        ClusterImage image = current.get();
        if (part.epoch() >= image.metadataEpoch() && part.toVersion() > image.version()) {
            parts.add(part).ifPresent(whole -> {
                if (whole instanceof Publication.Batch batch) {
                    onBatch(batch);
                } else if (whole instanceof Publication.Whole snapshot) {
                    onWhole(snapshot);
                }
            });
        }
        return this;
    }

    private Behavior<Publication> onWanted(Publication.Wanted wanted) {
        ClusterImage image = current.get();
        if (image.metadataEpoch() >= wanted.epoch() && image.version() > wanted.version()) {
            history.since(wanted.version(), image).stream()
                    .flatMap(each -> Parts.cut(each).stream())
                    .forEach(wanted.follower()::tell);
        }
        return this;
    }
}
