package dev.ahti.server;

import com.typesafe.config.ConfigFactory;
import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.config.BrokerConfig;
import dev.ahti.group.GroupCoordinatorHost;
import dev.ahti.group.GroupSettings;
import dev.ahti.log.LogDirectory;
import dev.ahti.management.ManagementHttp;
import dev.ahti.management.ManagementSecurity;
import dev.ahti.management.NodeState;
import dev.ahti.metadata.BrokerIdentity;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.Metadata;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.network.forwarding.Forwarding;
import dev.ahti.peer.EssentialActors;
import dev.ahti.peer.MajorityWatch;
import dev.ahti.replica.LogPositions;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the parts of a broker, each as soon as those that it needs are there; what was begun is undone when one fails.
 *
 * <pre>
 *   ports free? -> data directory -> actor system, and database -> ports bound -> cluster joined -> registered, fenced
 *     -> logs open -> answering -> unfenced: leading -> a majority seen: the ready line -> in sync: /ready
 * </pre>
 *
 * Where the database is away but others are there, what comes after "registered" begins without it, up to "answering": the
 * replicas follow (rule 23).
 */
final class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);
    private static final long SAY_SO_SECONDS = 10;
    private static final long LEAVE_SECONDS = 10;

    private final BrokerConfig config;
    private final boolean ownProcess;
    private final ScheduledExecutorService background = Background.start();
    private final CompletableFuture<Object> refused = new CompletableFuture<>();
    private final PhaseTimes times = new PhaseTimes();
    private final Inspection inspection = new Inspection();
    private ClusterFormation formation;
    private LogDirectory directory;
    private OpeningDatabase database;
    private ActorSystem<Void> system;
    private GroupCoordinatorHost groups;
    private volatile boolean started;

    /** @param ownProcess whether the JVM is this broker's alone and ends with it */
    Startup(BrokerConfig config, boolean ownProcess) {
        this.config = config;
        this.ownProcess = ownProcess;
    }

    Broker run() {
        try {
            return start();
        } catch (Exception | LinkageError e) {
            undo();
            throw StartProblem.of(e);
        }
    }

    private Broker start() throws Exception {
        if (!config.ignoredNames().isEmpty()) {
            LOG.info("These settings of Kafka mean nothing here: {}", String.join(", ", config.ignoredNames()));
        }
        formation = ClusterFormation.of(config);
        GroupSettings groupSettings = Settings.groups(config, formation.brokers());
        ManagementSecurity security = ManagementAccess.of(config);
        Ports.check(config);
        directory = LogDirectory.open(config.dataDirectory(), config.nodeId(), Settings.log(config, background));
        database = new OpeningDatabase(config, directory, background);
        CompletableFuture<?> firstUses = database.opened().thenRunAsync(FirstUses::make, background);
        times.passed("data directory");
        system = ActorSystem.create(
                Behaviors.empty(),
                "ahti",
                PekkoSettings.of(config, formation, ownProcess)
                        .withFallback(database.config())
                        .withFallback(ConfigFactory.load()));
        EssentialActors.onFailure(system, this::onFatal);
        CoordinatedShutdown.get(system)
                .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "end the start", this::onShutdown);
        times.passed("actor system");
        boolean databaseAway = await("for the database", database.opened()).away();
        times.passed("database");
        CompletableFuture<Listeners> binding = Listeners.bind(system, config, inspection.requests());
        CompletionStage<String> management = CompletableFuture.supplyAsync(
                        () -> ManagementHttp.start(system, security), background)
                .thenCompose(Function.identity());
        BrokerPeers peers = await("for ahti.replication.port", BrokerPeers.bind(system, config));
        joinCluster(management, databaseAway);
        Listeners listeners = await("for the ports of listeners", binding);
        times.passed("ports and cluster");

        Metadata metadata = Metadata.start(
                system,
                Settings.metadata(config),
                identity(listeners, peers),
                new CurrentImage(),
                inspection.metadata(),
                this::onFatal);
        NodeState state = NodeState.get(system);
        state.image(metadata.image()::get);
        await("to be registered", metadata.known());
        boolean registered = metadata.registered().toCompletableFuture().isDone();
        ClusterImage image = metadata.image().get();
        directory.joinCluster(image.clusterId());
        if (registered) {
            directory.setStraysAside(topicId -> image.topic(topicId) != null);
        }
        times.passed("registered");
        CurrentBrokerConfig current = new CurrentBrokerConfig(config);
        Forwarding forwarding = Handlers.forwarding(system, peers, config);
        Replication replication = Replication.start(system, config, current, directory, metadata, peers);
        inspection.show(system, config, replication.replicas(), directory, peers.majorityView(), management);
        LogPositions.Leaders leaders = LogPositions.start(system, replication.replicas());
        groups = GroupCoordinatorHost.start(
                system,
                groupSettings,
                metadata.image(),
                metadata.client(),
                replication.replicas(),
                peers.majorityView()::seesMajority);
        await("for the logs to be open", replication.opened(image));
        times.passed("logs open");
        await("for classes to be loaded", firstUses);
        Handlers handlers =
                Handlers.create(system, current, metadata.client(), replication.replicas(), groups, forwarding);
        listeners.open(handlers::of);
        if (!registered) {
            awaitRegistration(metadata, replication, image);
        }
        directory.recovered();
        await("to be unfenced", metadata.markReady());
        await("to lead", replication.leading());
        times.passed("leading");
        handlers.prefetch();
        database.close();
        Shutdown shutdown = new Shutdown(system);
        shutdown.register(metadata, listeners, groups, replication, directory, background);
        Inspection.showGroups(system, config.nodeId(), groups, metadata.image(), leaders);
        String address = await("for the port of management", management);
        await(
                "to see a majority of the cluster, for records are refused until then",
                MajorityWatch.seen(system, peers.majorityView()::seesMajority));
        started = true;
        if (refused.isDone()) {
            refused.join(); // onFatal came just before it could see a broker that has started
        }
        MajorityWatch.start(system, peers.majorityView());
        times.passed("management");
        Readiness.of(config.nodeId(), metadata.image()).thenAccept(inSync -> state.inSync());
        LOG.debug("Start: {}", times);
        return new Broker(config, system, listeners.bound(), address, shutdown);
    }

    private void joinCluster(CompletionStage<String> management, boolean databaseAway) throws Exception {
        if (!formation.alone()) {
            await("for the port of management, where the other brokers ask", management);
            await("for the database", warmUp(databaseAway));
        }
        CompletionStage<Done> member = Admission.of(system.classicSystem(), Admission.PATIENCE);
        formation.begin(system);
        await("to be a member of the cluster", member);
    }

    /**
     * Strays only now: what the image of another broker does not show may have been created since. What it did show and is
     * gone now is deleted by the replicas.
     */
    private void awaitRegistration(Metadata metadata, Replication replication, ClusterImage shown) throws Exception {
        LOG.warn("This broker cannot register yet: it follows, as the image of another broker says, and leads nothing");
        ClusterImage image = await("to be registered; meanwhile it follows", metadata.registered());
        directory.setStraysAside(topicId ->
                shown.topic(topicId) != null || metadata.image().get().topic(topicId) != null);
        await("for the logs to be open", replication.opened(image));
    }

    /** Without it a later fail-over to this node is slower, that is all. */
    private CompletionStage<?> warmUp(boolean databaseAway) {
        return databaseAway
                ? CompletableFuture.completedFuture(null)
                : Metadata.warmUp(system, config.nodeId()).exceptionally(failure -> {
                    LOG.warn("The journal was not warmed up: {}", failure.toString());
                    return null;
                });
    }

    /** Somebody other than Main ends the node: Pekko, when the others do not take it or have removed it. */
    private CompletionStage<Done> onShutdown() {
        CoordinatedShutdown.Reason reason =
                CoordinatedShutdown.get(system).getShutdownReason().orElse(CoordinatedShutdown.unknownReason());
        refused.completeExceptionally(new StartProblem(
                reason.equals(CoordinatedShutdown.incompatibleConfigurationDetectedReason())
                        ? "the brokers at ahti.cluster.contact-points do not take this one: give all of them the same"
                                + " ahti.cluster.secret, and the same version of Ahti"
                        : "the start was ended: "
                                + reason.getClass().getSimpleName().replace("$", "")));
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    private BrokerIdentity identity(Listeners listeners, BrokerPeers peers) {
        return new BrokerIdentity(
                config.nodeId(),
                directory.directoryId(),
                directory.clusterId(),
                listeners.advertised(config.advertisedListeners()),
                Optional.ofNullable(config.stringValue("broker.rack")),
                Optional.of(peers.connections().address()),
                directory.logsIntact());
    }

    /** While the start lasts it ends the start; later it ends the process, as it stands: nothing may be written. */
    private void onFatal(String line) {
        refused.completeExceptionally(new StartProblem(line));
        if (started && !ending()) {
            Broker.halt(line, ownProcess);
        }
    }

    private boolean ending() {
        return CoordinatedShutdown.get(system).getShutdownReason().isPresent();
    }

    /**
     * The value, or whatever stops the start meanwhile. Without an end: recovering logs takes what it takes, and a broker
     * whose database is away waits for it (rule 23); but it says so.
     */
    @SuppressWarnings("unchecked")
    private <T> T await(String what, CompletionStage<T> stage) throws Exception {
        CompletableFuture<Object> either = CompletableFuture.anyOf(stage.toCompletableFuture(), refused);
        while (true) {
            try {
                return (T) either.get(SAY_SO_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                LOG.info("Still waiting: {}", what);
            }
        }
    }

    private void undo() {
        if (database != null) {
            database.close();
        }
        if (groups != null) {
            groups.stop();
        }
        if (system != null) {
            leave();
        }
        if (directory != null) {
            try {
                directory.abandon();
            } catch (IOException e) {
                LOG.debug("The data directory stays locked until this process ends", e);
            }
        }
        background.shutdownNow();
    }

    /** In order where there are others, who need not wonder then where this node has gone. */
    private void leave() {
        boolean ending = ending();
        system.terminate();
        if (ending || formation.alone()) {
            return;
        }
        try {
            system.getWhenTerminated().toCompletableFuture().get(LEAVE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Left without saying so", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
