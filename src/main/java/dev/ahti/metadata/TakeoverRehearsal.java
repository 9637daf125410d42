package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerRequest;
import dev.ahti.metadata.MetadataCommand.ControlledShutdown;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/**
 * What the singleton does when a broker goes, or first of all when it moves here because its own broker is gone: recovers
 * from the journal, decides who leads what the other led, and makes the bytes that would be stored and published. Without
 * any effect: it never writes, and tells nobody. Cold, reading 185 events takes 0.4 s and the rest 0.2 s, for which
 * nobody leads.
 */
final class TakeoverRehearsal extends JournaledImage<TakeoverRehearsal.Play> {
    /** Of one decision: enough to have all of the code loaded, and its hottest part compiled. */
    private static final int MAX_EVENTS = 200;

    enum Play {
        PLAY
    }

    private final ActorContext<Play> context;
    private final Decisions decisions;
    private final Serialization serialization;

    static Behavior<Play> create(MetadataSettings settings) {
        return Behaviors.setup(context -> {
            context.setLoggerName(STACKS); // The database is away: others say so.
            return new TakeoverRehearsal(context, settings);
        });
    }

    private TakeoverRehearsal(ActorContext<Play> context, MetadataSettings settings) {
        this.context = context;
        this.decisions = new Decisions(settings, Uuid::randomUuid);
        this.serialization = SerializationExtension.get(context.getSystem());
    }

    @Override
    public CommandHandler<Play, MetadataEvent, ClusterImage> commandHandler() {
        return newCommandHandlerBuilder().forAnyState().onAnyCommand((image, play) -> {
            image.brokers().values().stream().filter(each -> !each.fenced()).forEach(each -> play(image, each));
            return Effect().stop();
        });
    }

    private void play(ClusterImage image, BrokerImage going) {
        ActorRef<Done> nobody = context.getSystem().ignoreRef();
        play(image, DeclareDead.of(going, "rehearsed", nobody));
        play(image, new ControlledShutdown(going.id(), going.incarnation(), nobody));
    }

    private void play(ClusterImage image, BrokerRequest request) {
        List<MetadataEvent> events = decisions.decide(image, request).events().stream()
                .limit(MAX_EVENTS)
                .toList();
        ClusterImage after = image;
        for (MetadataEvent event : events) {
            after = copied(event).applyTo(after);
        }
        Parts.cut(new Publication.Batch(image.metadataEpoch(), image.version(), events))
                .forEach(this::copied);
    }

    /** Through the form in which it is stored, or sent. */
    @SuppressWarnings("unchecked")
    private <T> T copied(T message) {
        Serializer serializer = serialization.findSerializerFor(message);
        return (T) serialization
                .deserialize(
                        serializer.toBinary(message),
                        serializer.identifier(),
                        Serializers.manifestFor(serializer, message))
                .get();
    }

    @Override
    public SignalHandler<ClusterImage> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(
                        RecoveryCompleted.instance(), image -> context.getSelf().tell(Play.PLAY))
                .build();
    }
}
