package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.FetchImage;
import dev.ahti.metadata.MetadataCommand.Request;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The cluster singleton around {@link PartitionMetadata}: keeps brokers' sessions, hands over requests one at a time,
 * publishes what was stored, and makes a new {@code PartitionMetadata} when a persist failed. It never waits for the
 * database, so heartbeats are answered while that is away.
 *
 * <pre>
 *   recovering --Begun--> hearing live brokers --all heard, or a session time--> open
 *       ^                         |                                               |
 *       +-------backoff-----------+------------- persist failed ------------------+
 *   refused by the journal's primary key after Begun: the node stops (rule 21)
 * </pre>
 */
final class MetadataSingleton extends AbstractBehavior<MetadataSingleton.Message> {
    private static final int MAX_EPOCH_TRIES = 5;

    sealed interface Message permits MetadataCommand, Begun, Stored, Tick, Restart {}

    /** The epoch is stored: requests may come. */
    record Begun(long fromVersion, List<MetadataEvent> events, ClusterImage image) implements Message {}

    /** The request's events are stored. */
    record Stored(Decision decision, long fromVersion, ClusterImage image) implements Message {}

    private enum Tick implements Message {
        TICK
    }

    private enum Restart implements Message {
        RESTART
    }

    private final MetadataSettings settings;
    private final Consumer<String> fatal;
    private final TimerScheduler<Message> timers;
    private final WaitingRequests waiting;
    private final Map<Integer, ActorRef<Publication>> followers = new HashMap<>();
    private PublishedHistory history;
    private ActorRef<PartitionMetadata.Command> partitionMetadata;
    private Sessions sessions;
    private ClusterImage image = ClusterImage.empty();
    /** Version that we recovered: what a broker saw beyond it under an earlier epoch, the database has lost. */
    private long recoveredVersion;

    private boolean begun;
    private Request inFlight;
    private int failures;
    private long lastWarning;

    /** @param fatal called with one line when this node must stop */
    static Behavior<MetadataCommand> create(MetadataSettings settings, Consumer<String> fatal) {
        return Behaviors.<Message>setup(context ->
                        Behaviors.withTimers(timers -> new MetadataSingleton(context, timers, settings, fatal)))
                .narrow();
    }

    private MetadataSingleton(
            ActorContext<Message> context,
            TimerScheduler<Message> timers,
            MetadataSettings settings,
            Consumer<String> fatal) {
        super(context);
        this.settings = settings;
        this.fatal = fatal;
        this.timers = timers;
        this.waiting = new WaitingRequests(settings.maxWaitingRequests());
        this.history = new PublishedHistory(settings.recentEvents());
        timers.startTimerAtFixedRate(Tick.TICK, settings.heartbeatInterval());
        startPartitionMetadata();
    }

    private void startPartitionMetadata() {
        begun = false;
        partitionMetadata = getContext()
                .spawnAnonymous(PartitionMetadata.create(settings, getContext().getSelf()));
        getContext().watch(partitionMetadata);
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(BrokerRegistration.class, this::onRegistration)
                .onMessage(Request.class, this::onRequest)
                .onMessage(BrokerHeartbeat.class, this::onHeartbeat)
                .onMessage(FetchImage.class, this::onFetchImage)
                .onMessage(Begun.class, this::onBegun)
                .onMessage(Stored.class, this::onStored)
                .onMessageEquals(Tick.TICK, this::onTick)
                .onMessageEquals(Restart.RESTART, this::onRestart)
                .onSignal(ChildFailed.class, this::onFailed)
                .build();
    }

    private Behavior<Message> onRegistration(BrokerRegistration registration) {
        BrokerImage holder = image.brokers().get(registration.broker());
        if (holder != null
                && sessions != null
                && !holder.directoryId().equals(registration.directoryId())
                && sessions.proven(holder.id(), holder.incarnation(), System.nanoTime())) {
            registration.refuse(
                    image.metadataEpoch(),
                    Errors.DUPLICATE_BROKER_REGISTRATION,
                    "broker " + holder.id() + " runs already at " + holder.endpoints() + " with another data directory"
                            + " than the one at " + registration.endpoints() + ": give one of them another node.id");
            return this;
        }
        return onRequest(registration);
    }

    private Behavior<Message> onRequest(Request request) {
        if (waiting.add(request)) {
            takeNext();
        } else {
            request.refuse(
                    image.metadataEpoch(),
                    Errors.REQUEST_TIMED_OUT,
                    "too many metadata changes are waiting; nothing was changed");
        }
        return this;
    }

    private void takeNext() {
        if (begun && inFlight == null) {
            inFlight = waiting.poll(sessions.open(System.nanoTime()));
            if (inFlight != null) {
                partitionMetadata.tell(new PartitionMetadata.Execute(inFlight));
            }
        }
    }

    private Behavior<Message> onBegun(Begun message) {
        begun = true;
        failures = 0;
        recoveredVersion = message.fromVersion();
        if (sessions == null) {
            sessions = new Sessions(
                    settings.heartbeatInterval(), settings.sessionTimeout(), message.image(), System.nanoTime());
        }
        history = new PublishedHistory(settings.recentEvents());
        publish(message.fromVersion(), message.events(), message.image());
        getContext()
                .getLog()
                .info(
                        "Metadata epoch {} of cluster {} at version {}",
                        image.metadataEpoch(),
                        image.clusterId(),
                        image.version());
        takeNext();
        return this;
    }

    private Behavior<Message> onStored(Stored stored) {
        if (inFlight instanceof BrokerRegistration registration) {
            BrokerImage broker = stored.image().brokers().get(registration.broker());
            if (broker != null && broker.incarnation().equals(registration.incarnation())) {
                followers.put(broker.id(), registration.follower());
                sessions.heard(broker.id(), broker.incarnation(), System.nanoTime());
            }
        }
        publish(stored.fromVersion(), stored.decision().events(), stored.image());
        stored.decision().answer().accept(new Decision.Stamp(image.metadataEpoch(), image.version()));
        inFlight = null;
        takeNext();
        return this;
    }

    private void publish(long fromVersion, List<MetadataEvent> events, ClusterImage after) {
        image = after;
        if (!events.isEmpty()) {
            Publication.Batch batch = new Publication.Batch(image.metadataEpoch(), fromVersion, events);
            history.add(batch);
            followers.values().forEach(follower -> follower.tell(batch));
        }
    }

    private Behavior<Message> onHeartbeat(BrokerHeartbeat heartbeat) {
        if (sessions == null || heartbeat.imageEpoch() > image.metadataEpoch()) {
            return this; // Not begun, or another singleton has taken over from us.
        }
        if (heartbeat.imageEpoch() < image.metadataEpoch() && heartbeat.imageVersion() > recoveredVersion) {
            return stop("the metadata database lost commits: broker " + heartbeat.broker() + " has seen version "
                    + heartbeat.imageVersion() + ", the database ended at " + recoveredVersion
                    + "; restore the database, or wait for its synchronous standby");
        }
        BrokerImage broker = image.brokers().get(heartbeat.broker());
        boolean current = broker != null && broker.incarnation().equals(heartbeat.incarnation());
        if (current) {
            sessions.heard(broker.id(), broker.incarnation(), System.nanoTime());
            followers.put(broker.id(), heartbeat.follower());
            history.since(heartbeat.imageVersion(), image).forEach(heartbeat.follower()::tell);
            takeNext();
        }
        heartbeat
                .replyTo()
                .tell(new HeartbeatReply(
                        image.metadataEpoch(),
                        image.version(),
                        current ? Errors.NONE : Errors.STALE_BROKER_EPOCH,
                        !current || broker.fenced()));
        return this;
    }

    private Behavior<Message> onFetchImage(FetchImage fetch) {
        if (sessions != null) {
            history.since(fetch.version(), image).forEach(fetch.follower()::tell);
        }
        return this;
    }

    private Behavior<Message> onTick() {
        long now = System.nanoTime();
        if (sessions != null && begun) {
            for (BrokerImage broker : sessions.expired(image, now)) {
                getContext().getLog().warn("Broker {} has lost its session", broker.id());
                onRequest(new DeclareDead(
                        broker.id(),
                        broker.incarnation(),
                        "session lost",
                        getContext().getSystem().ignoreRef()));
            }
        }
        waiting.refuseOld(now, image.metadataEpoch());
        takeNext();
        return this;
    }

    private Behavior<Message> onFailed(ChildFailed failed) {
        Throwable cause = failed.cause();
        if (inFlight != null) {
            inFlight.refuse(
                    image.metadataEpoch(),
                    Errors.REQUEST_TIMED_OUT,
                    "the metadata database failed; whether it has stored the change is unknown");
            inFlight = null;
        }
        failures++;
        if (MetadataDatabase.isRefusedByPrimaryKey(cause)) {
            if (begun || failures > MAX_EPOCH_TRIES) {
                return stop("another node writes the metadata journal: this node must not go on");
            }
        }
        if (!begun && MetadataDatabase.isUnreadable(cause)) {
            return stop("the metadata database holds what this version of Ahti cannot read, start a newer one: "
                    + MetadataDatabase.rootMessage(cause));
        }
        begun = false;
        long now = System.nanoTime();
        if (failures == 1 || now - lastWarning > Duration.ofSeconds(10).toNanos()) {
            lastWarning = now;
            getContext()
                    .getLog()
                    .warn("The metadata database failed, trying again: {}", MetadataDatabase.rootMessage(cause));
        }
        Duration backoff = settings.retryBackoff().multipliedBy(1L << Math.min(failures - 1, 3));
        timers.startSingleTimer(Restart.RESTART, backoff);
        return this;
    }

    private Behavior<Message> onRestart() {
        startPartitionMetadata();
        return this;
    }

    private Behavior<Message> stop(String line) {
        waiting.refuseAll(image.metadataEpoch(), line);
        fatal.accept(line);
        return Behaviors.stopped();
    }
}
