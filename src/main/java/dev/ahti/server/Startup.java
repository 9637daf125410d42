package dev.ahti.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.api.ApiHandlers;
import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.config.BrokerConfig;
import dev.ahti.log.LogDirectory;
import dev.ahti.management.ManagementHttp;
import dev.ahti.management.NodeState;
import dev.ahti.metadata.BrokerIdentity;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.Metadata;
import dev.ahti.metadata.MetadataDatabase;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.protocol.SupportedApis;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the parts of a broker, each as soon as those that it needs are there; what was begun is undone when one fails.
 *
 * <pre>
 *   ports free? -> data directory -> database -> actor system -> ports bound -> cluster joined -> registered, fenced
 *     -> logs open -> answering -> unfenced: leading -> ready
 * </pre>
 */
final class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);
    private static final long SAY_SO_SECONDS = 10;

    private final BrokerConfig config;
    private final boolean ownProcess;
    private final ScheduledExecutorService background = Background.start();
    private final CompletableFuture<Object> refused = new CompletableFuture<>();
    private final PhaseTimes times = new PhaseTimes();
    private LogDirectory directory;
    private MetadataDatabase database;
    private ActorSystem<Void> system;

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
        refuseOtherNodes();
        CompletableFuture<Config> pekko = CompletableFuture.supplyAsync(ConfigFactory::load);
        CompletableFuture<?> protocol = CompletableFuture.runAsync(SupportedApis::advertised);
        Ports.check(config);
        directory = LogDirectory.open(config.dataDirectory(), config.nodeId(), Settings.log(config, background));
        database = openDatabase();
        times.passed("data directory and database");
        system = ActorSystem.create(
                Behaviors.empty(),
                "ahti",
                PekkoSettings.of(config, ownProcess)
                        .withFallback(database.config())
                        .withFallback(pekko.join()));
        times.passed("actor system");
        CompletableFuture<Listeners> binding = Listeners.bind(system, config);
        CompletionStage<String> management = ManagementHttp.start(system);
        BrokerPeers peers = await("for ahti.replication.port", BrokerPeers.bind(system, config));
        joinCluster();
        Listeners listeners = await("for the ports of listeners", binding);
        times.passed("ports and cluster");

        Metadata metadata = Metadata.start(
                system, Settings.metadata(config), identity(listeners, peers), new CurrentImage(), this::onFatal);
        ClusterImage image = await("to be registered", metadata.registered());
        directory.joinCluster(image.clusterId());
        times.passed("registered");
        CurrentBrokerConfig current = new CurrentBrokerConfig(config);
        Replication replication = Replication.start(system, config, current, directory, metadata);
        peers.follow(metadata.image(), metadata::incarnation);
        await("for the logs to be open", replication.opened(image));
        times.passed("logs open");
        await("for classes to be loaded", protocol);
        Handlers handlers = Handlers.create(system, current, metadata.client(), replication.replicas());
        listeners.open(ApiHandlers.create(handlers.all()));
        await("to be unfenced", metadata.markReady());
        await("to lead", replication.leading());
        times.passed("leading");
        handlers.prefetch();
        database.close();
        Shutdown shutdown = new Shutdown(system);
        shutdown.register(metadata, listeners, replication, directory, background);
        NodeState state = NodeState.get(system);
        state.image(metadata.image()::get);
        String address = await("for the port of management", management);
        state.ready(true);
        if (refused.isDone()) {
            refused.join(); // onFatal came just before it could see a broker that is ready
        }
        times.passed("management");
        LOG.debug("Start: {}", times);
        return new Broker(config, system, listeners.bound(), address, shutdown);
    }

    /** Rather than making a cluster of its own beside that of the others. */
    private void refuseOtherNodes() {
        if (!config.listValue("ahti.cluster.contact-points").isEmpty()) {
            throw new StartProblem("ahti.cluster.contact-points is set, but this version runs a broker alone only:"
                    + " leave it empty");
        }
    }

    private MetadataDatabase openDatabase() throws MetadataDatabase.UnusableException {
        String url = config.stringValue("ahti.metadata.url");
        return MetadataDatabase.open(
                url == null ? MetadataDatabase.embeddedUrl(config.dataDirectory()) : url,
                config.stringValue("ahti.metadata.user"),
                config.stringValue("ahti.metadata.password"));
    }

    /** Rule 25: a node is alone only with discovery {@code config} and no contact points. */
    private void joinCluster() throws Exception {
        Cluster cluster = Cluster.get(system);
        CompletableFuture<Object> up = new CompletableFuture<>();
        cluster.registerOnMemberUp(() -> up.complete(cluster));
        cluster.join(cluster.selfAddress());
        await("to be a member of the cluster", up);
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
        if (started()) {
            Broker.halt(line, ownProcess);
        }
    }

    private boolean started() {
        return system != null && NodeState.get(system).ready();
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
        if (system != null) {
            system.terminate();
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
}
