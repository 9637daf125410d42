package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataCommand.CheckJournal;
import dev.ahti.metadata.MetadataCommand.DatabaseReachable;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.FetchImage;
import dev.ahti.metadata.MetadataCommand.RebalanceLeaders;
import dev.ahti.metadata.MetadataCommand.Request;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metrics.MetadataMetrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.event.Level;

/**
 * The cluster singleton around {@link PartitionMetadata}: keeps brokers' {@link Sessions}, hands over
 * {@link WaitingRequests} one at a time, publishes what was stored ({@link Publisher}), and makes a new
 * {@code PartitionMetadata} when a persist failed ({@link SupervisedPartitionMetadata}). It never waits for the
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

    sealed interface Message permits MetadataCommand, Begun, Stored, Tick, MembersChanged, Restart {}

    /**
     * The epoch is stored: requests may come.
     *
     * @param recovered what the journal held before
     */
    record Begun(ClusterImage recovered, List<MetadataEvent> events, ClusterImage image) implements Message {}

    /** The request's events are stored. */
    record Stored(Decision decision, long fromVersion, ClusterImage image) implements Message {}

    /** A member has come, gone, or changed. */
    record MembersChanged() implements Message {}

    static final String NO_MEMBER = "is not in the cluster any more";

    private enum Tick implements Message {
        TICK
    }

    /** It is time for another {@link PartitionMetadata}. */
    enum Restart implements Message {
        RESTART
    }

    private final MetadataSettings settings;
    private final Members members;
    private final MetadataMetrics metrics;
    private final Consumer<String> fatal;
    private final WaitingRequests waiting;
    private final Publisher publisher;
    private final SupervisedPartitionMetadata partitionMetadata;
    private final LostCommits lostCommits = new LostCommits();

    /** The last of each broker that came before there was an image to look at: answered as soon as there is. */
    private final Map<Integer, BrokerHeartbeat> early = new HashMap<>();

    private Sessions sessions;
    private ClusterImage image = ClusterImage.empty();
    private long turnNanos;

    /** @param fatal called with one line when this node must stop */
    static Behavior<MetadataCommand> create(
            MetadataSettings settings, Members members, MetadataMetrics metrics, Consumer<String> fatal) {
        return Behaviors.<Message>setup(context -> Behaviors.withTimers(
                        timers -> new MetadataSingleton(context, timers, settings, members, metrics, fatal)))
                .narrow();
    }

    private MetadataSingleton(
            ActorContext<Message> context,
            TimerScheduler<Message> timers,
            MetadataSettings settings,
            Members members,
            MetadataMetrics metrics,
            Consumer<String> fatal) {
        super(context);
        this.settings = settings;
        this.members = members;
        this.metrics = metrics;
        this.fatal = fatal;
        this.waiting = new WaitingRequests(settings.maxWaitingRequests());
        this.publisher = new Publisher(settings.recentEvents());
        this.partitionMetadata = new SupervisedPartitionMetadata(context, timers, settings, members);
        timers.startTimerAtFixedRate(Tick.TICK, settings.heartbeatInterval());
        settings.leaderRebalance().ifPresent(every -> timers.startTimerWithFixedDelay(new RebalanceLeaders(), every));
        members.watch(context);
        partitionMetadata.start();
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(BrokerRegistration.class, this::onRegistration)
                .onMessage(Request.class, this::onRequest)
                .onMessage(BrokerHeartbeat.class, this::onHeartbeat)
                .onMessage(FetchImage.class, this::onFetchImage)
                .onMessage(DatabaseReachable.class, this::onDatabaseReachable)
                .onMessage(Begun.class, this::onBegun)
                .onMessage(Stored.class, this::onStored)
                .onMessageEquals(Tick.TICK, this::onTick)
                .onMessage(MembersChanged.class, this::onMembersChanged)
                .onMessageEquals(Restart.RESTART, this::onRestart)
                .onSignal(ChildFailed.class, this::onFailed)
                .onSignal(PostStop.class, this::onStop)
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
        if (partitionMetadata.takesRequests()) {
            waiting.next(sessions.open(image, System.nanoTime())).ifPresent(request -> {
                turnNanos = System.nanoTime();
                partitionMetadata.execute(request);
            });
        }
    }

    private Behavior<Message> onBegun(Begun message) {
        partitionMetadata.begun();
        metrics.singleton(true);
        lostCommits.recovered(message.recovered());
        if (sessions == null) {
            sessions = new Sessions(
                    settings.heartbeatInterval(), settings.sessionTimeout(), message.image(), System.nanoTime());
        }
        publisher.forgetHistory();
        image = message.image();
        publisher.publish(image.metadataEpoch(), message.recovered().version(), message.events());
        getContext()
                .getLog()
                .info(
                        "Metadata epoch {} of cluster {} at version {}",
                        image.metadataEpoch(),
                        image.clusterId(),
                        image.version());
        fenceWhoIsGone();
        // Sent while the singleton was on its way here: waiting for the next ones would cost a heartbeat interval more.
        early.values().forEach(getContext().getSelf()::tell);
        early.clear();
        takeNext();
        return this;
    }

    private Behavior<Message> onStored(Stored stored) {
        Request request = waiting.stored();
        if (!stored.decision().events().isEmpty()) {
            metrics.journalWrites.add(System.nanoTime() - turnNanos);
        }
        if (request instanceof CheckJournal check) {
            return stop(lostCommits.line(check.broker(), check.version(), check.epoch()));
        }
        if (request instanceof BrokerRegistration registration) {
            BrokerImage broker = stored.image().brokers().get(registration.broker());
            if (broker != null && broker.incarnation().equals(registration.incarnation())) {
                publisher.follow(broker.id(), registration.follower());
                sessions.heard(broker.id(), broker.incarnation(), System.nanoTime());
            }
        }
        image = stored.image();
        publisher.publish(
                image.metadataEpoch(), stored.fromVersion(), stored.decision().events());
        stored.decision().answer().accept(new Decision.Stamp(image.metadataEpoch(), image.version()));
        if (request instanceof RebalanceLeaders && !stored.decision().events().isEmpty()) {
            onRequest(new RebalanceLeaders()); // There may be more.
        }
        takeNext();
        return this;
    }

    private Behavior<Message> onHeartbeat(BrokerHeartbeat heartbeat) {
        if (sessions == null) {
            early.put(heartbeat.broker(), heartbeat);
            return this;
        }
        if (lostCommits.proves(heartbeat, image)) {
            return stop(lostCommits.line(heartbeat.broker(), heartbeat.imageVersion(), heartbeat.imageEpoch()));
        }
        if (lostCommits.suggests(heartbeat, image)) {
            return onRequest(new CheckJournal(
                    heartbeat.broker(),
                    heartbeat.imageVersion(),
                    heartbeat.imageEpoch(),
                    getContext().getSystem().ignoreRef()));
        }
        BrokerImage broker = image.brokers().get(heartbeat.broker());
        boolean current = broker != null && broker.incarnation().equals(heartbeat.incarnation());
        if (current) {
            long now = System.nanoTime();
            sessions.heard(broker.id(), broker.incarnation(), now);
            publisher.follow(broker.id(), heartbeat.follower());
            publisher.sendMissing(heartbeat.follower(), heartbeat.imageVersion(), image, now);
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
            publisher.sendMissing(fetch.follower(), fetch.version(), image, System.nanoTime());
        }
        return this;
    }

    private Behavior<Message> onTick() {
        long now = System.nanoTime();
        if (partitionMetadata.takesRequests()) {
            fenceWhoIsGone();
            metrics.sessions(sessions.count(image, now));
            sessions.expired(image, members.current(), now)
                    .forEach(broker -> fence(broker, "lost its session", Level.WARN));
        }
        partitionMetadata.askOthers(now);
        waiting.refuseOld(now, image.metadataEpoch());
        takeNext();
        return this;
    }

    private Behavior<Message> onMembersChanged(MembersChanged message) {
        fenceWhoIsGone();
        return this;
    }

    private void fenceWhoIsGone() {
        if (partitionMetadata.takesRequests()) {
            // No warning: a stop and a restart say so too.
            Sessions.gone(image, members.current()).forEach(broker -> fence(broker, NO_MEMBER, Level.INFO));
        }
    }

    private void fence(BrokerImage broker, String reason, Level level) {
        DeclareDead dead =
                DeclareDead.of(broker, reason, getContext().getSystem().ignoreRef());
        if (!waiting.contains(dead)) {
            getContext().getLog().atLevel(level).log("Broker {} {}", broker.id(), reason);
            onRequest(dead);
        }
    }

    private Behavior<Message> onDatabaseReachable(DatabaseReachable message) {
        partitionMetadata.databaseReachedBy(message.broker());
        return this;
    }

    private Behavior<Message> onFailed(ChildFailed failed) {
        metrics.journalFailures.increment();
        waiting.failed(image.metadataEpoch());
        Optional<String> end = partitionMetadata.failed(failed.cause());
        return end.isPresent() ? stop(end.get()) : this;
    }

    private Behavior<Message> onRestart() {
        partitionMetadata.start();
        return this;
    }

    private Behavior<Message> onStop(PostStop signal) {
        metrics.singleton(false);
        metrics.sessions(0);
        return this;
    }

    private Behavior<Message> stop(String line) {
        waiting.refuseAll(image.metadataEpoch(), line);
        fatal.accept(line);
        return Behaviors.stopped();
    }
}
