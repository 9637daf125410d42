package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.MetadataCommand.BrokerReady;
import dev.ahti.metadata.MetadataCommand.ControlledShutdown;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * This broker's session with the singleton.
 *
 * <pre>
 *   registering --> fenced --markReady--> unfencing --> live --controlledShutdown--> leaving --> left
 *        ^             |                      |           |
 *        +-------------+-- told that it is unknown, or fenced while live: a new incarnation
 * </pre>
 *
 * While nobody answers the registration, the other members give their image (rule 23).
 */
final class BrokerSession extends AbstractBehavior<BrokerSession.Message> {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    sealed interface Message {}

    /** The logs are open. */
    record MarkReady() implements Message {}

    record ShutDown() implements Message {}

    private enum Tick implements Message {
        TICK
    }

    /** @param done null if none came in time */
    private record Answer(Phase phase, Uuid incarnation, Done done) implements Message {}

    /**
     * @param wasLive when it asked: else to be told now that it was fenced is no news, overtaken by that of its unfencing
     */
    private record HeartbeatAnswer(HeartbeatReply reply, Uuid incarnation, boolean wasLive) implements Message {}

    private enum Phase {
        REGISTERING,
        FENCED,
        UNFENCING,
        LIVE,
        LEAVING,
        LEFT
    }

    /**
     * What happens to the session, for the server.
     *
     * @param shown another member's image, in which this broker is known, while it cannot register
     */
    record Progress(
            CompletableFuture<ClusterImage> shown,
            CompletableFuture<ClusterImage> registered,
            CompletableFuture<ClusterImage> live,
            CompletableFuture<Void> left,
            Consumer<Uuid> incarnation) {}

    private final MetadataSettings settings;
    private final BrokerIdentity identity;
    private final CurrentImage current;
    private final Detour detour;
    private final ActorRef<MetadataCommand> singleton;
    private final ActorRef<Publication> follower;
    private final Progress progress;
    private final ShownImage shownImage;
    private final Consumer<String> fatal;
    private final long startedAt = System.nanoTime();
    private Uuid incarnation;
    private Phase phase;
    private boolean logsIntact;
    private boolean ready;

    static Behavior<Message> create(
            MetadataSettings settings,
            BrokerIdentity identity,
            CurrentImage current,
            Members members,
            Detour detour,
            ActorRef<MetadataCommand> singleton,
            ActorRef<Publication> follower,
            Progress progress,
            Consumer<String> fatal) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerAtFixedRate(Tick.TICK, settings.heartbeatInterval());
            return new BrokerSession(
                    context, settings, identity, current, members, detour, singleton, follower, progress, fatal);
        }));
    }

    private BrokerSession(
            ActorContext<Message> context,
            MetadataSettings settings,
            BrokerIdentity identity,
            CurrentImage current,
            Members members,
            Detour detour,
            ActorRef<MetadataCommand> singleton,
            ActorRef<Publication> follower,
            Progress progress,
            Consumer<String> fatal) {
        super(context);
        this.settings = settings;
        this.identity = identity;
        this.current = current;
        this.detour = detour;
        this.singleton = singleton;
        this.follower = follower;
        this.progress = progress;
        this.shownImage = new ShownImage(identity, current, members, follower);
        this.fatal = fatal;
        this.logsIntact = identity.logsIntact();
        register();
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Tick.TICK, this::onTick)
                .onMessage(Answer.class, this::onAnswer)
                .onMessage(HeartbeatAnswer.class, this::onHeartbeatAnswer)
                .onMessage(MarkReady.class, this::onMarkReady)
                .onMessage(ShutDown.class, this::onShutDown)
                .build();
    }

    private void register() {
        incarnation = Uuid.randomUuid();
        progress.incarnation().accept(incarnation);
        enter(Phase.REGISTERING);
    }

    private void enter(Phase next) {
        phase = next;
        request();
    }

    /** Asks for what the phase waits for: again at every tick, since delivery is at most once. */
    private void request() {
        switch (phase) {
            case REGISTERING -> ask(replyTo -> identity.registration(incarnation, logsIntact, follower, replyTo));
            case UNFENCING -> ask(replyTo -> new BrokerReady(identity.broker(), incarnation, replyTo));
            case LEAVING -> ask(replyTo -> new ControlledShutdown(identity.broker(), incarnation, replyTo));
            default -> {}
        }
    }

    private void ask(Function<ActorRef<Done>, MetadataCommand> command) {
        Phase asked = phase;
        Uuid as = incarnation;
        getContext()
                .ask(
                        Done.class,
                        singleton,
                        ANSWER_TIMEOUT,
                        command::apply,
                        (done, failure) -> new Answer(asked, as, done));
    }

    private Behavior<Message> onTick() {
        request();
        if (phase == Phase.REGISTERING) {
            shownImage.foreign().ifPresent(fatal);
            shownImage.get().ifPresent(progress.shown()::complete);
            detour.next().ifPresent(shownImage::ask);
        } else if (phase != Phase.LEFT) {
            ClusterImage image = current.get();
            Uuid as = incarnation;
            boolean live = phase == Phase.LIVE;
            getContext()
                    .ask(
                            HeartbeatReply.class,
                            singleton,
                            ANSWER_TIMEOUT,
                            replyTo -> {
                                BrokerHeartbeat heartbeat = new BrokerHeartbeat(
                                        identity.broker(),
                                        as,
                                        image.version(),
                                        image.metadataEpoch(),
                                        image.epochId(),
                                        follower,
                                        replyTo);
                                detour.tellNext(new MetadataRelay.PassOn(heartbeat));
                                return heartbeat;
                            },
                            (reply, failure) -> new HeartbeatAnswer(reply, as, live));
        }
        return this;
    }

    private Behavior<Message> onAnswer(Answer answer) {
        if (answer.done() == null
                || answer.phase() != phase
                || !answer.incarnation().equals(incarnation)
                || answer.done().epoch() < current.get().metadataEpoch()) {
            return this;
        }
        if (answer.done().error() != Errors.NONE) {
            onRefused(answer.done());
            return this;
        }
        long version = answer.done().version();
        switch (phase) {
            case REGISTERING -> onRegistered(version);
            case UNFENCING -> {
                phase = Phase.LIVE;
                current.atLeast(version).thenAccept(progress.live()::complete);
            }
            case LEAVING -> {
                phase = Phase.LEFT;
                current.atLeast(version).thenAccept(image -> progress.left().complete(null));
            }
            default -> {}
        }
        return this;
    }

    private void onRegistered(long version) {
        logsIntact = true; // This process has them open: they cannot have changed when it registers again.
        current.atLeast(version).thenAccept(progress.registered()::complete);
        enter(ready ? Phase.UNFENCING : Phase.FENCED);
    }

    private void onRefused(Done refused) {
        switch (refused.error()) {
            case INCONSISTENT_CLUSTER_ID, UNSUPPORTED_VERSION -> fatal.accept(refused.message());
            case DUPLICATE_BROKER_REGISTRATION -> {
                // A predecessor that has just died may still have its session.
                if (System.nanoTime() - startedAt
                        > settings.sessionTimeout().multipliedBy(2).toNanos()) {
                    fatal.accept(refused.message());
                }
            }
            case STALE_BROKER_EPOCH -> {
                if (phase == Phase.LEAVING) {
                    phase = Phase.LEFT;
                    progress.left().complete(null);
                } else {
                    register();
                }
            }
            default -> getContext().getLog().info("Not yet: {} {}", refused.error(), String.valueOf(refused.message()));
        }
    }

    private Behavior<Message> onHeartbeatAnswer(HeartbeatAnswer answer) {
        HeartbeatReply reply = answer.reply();
        if (reply == null
                || !answer.incarnation().equals(incarnation)
                || reply.epoch() < current.get().metadataEpoch()) {
            return this;
        }
        detour.answered();
        boolean leaving = phase == Phase.LEAVING || phase == Phase.LEFT;
        boolean fenced = reply.fenced() && answer.wasLive();
        if (!leaving && (reply.error() == Errors.STALE_BROKER_EPOCH || fenced)) {
            getContext().getLog().warn("This broker was fenced: it registers again");
            register();
        }
        return this;
    }

    private Behavior<Message> onMarkReady(MarkReady message) {
        ready = true;
        if (phase == Phase.FENCED) {
            enter(Phase.UNFENCING);
        }
        return this;
    }

    private Behavior<Message> onShutDown(ShutDown message) {
        if (phase == Phase.REGISTERING) {
            phase = Phase.LEFT;
            progress.left().complete(null);
        } else if (phase != Phase.LEFT && phase != Phase.LEAVING) {
            enter(Phase.LEAVING);
        }
        return this;
    }
}
