package dev.ahti.server;

import com.typesafe.config.ConfigFactory;
import dev.ahti.config.BrokerConfig;
import dev.ahti.management.ManagementHttp;
import dev.ahti.management.NodeState;
import dev.ahti.model.Endpoint;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running broker: starts its parts in order, and stops them in order (rule 19). */
public final class Broker {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final long READY_SECONDS = 120;

    private final BrokerConfig config;
    private final ActorSystem<Void> system;
    private final String management;

    private Broker(BrokerConfig config, ActorSystem<Void> system, String management) {
        this.config = config;
        this.system = system;
        this.management = management;
    }

    /**
     * Returns when clients can produce.
     *
     * @param ownProcess whether the JVM is this broker's alone and ends with it
     * @throws StartProblem with one line that says what to do
     */
    public static Broker start(BrokerConfig config, boolean ownProcess) throws Exception {
        if (!config.ignoredNames().isEmpty()) {
            LOG.info("These settings of Kafka mean nothing here: {}", String.join(", ", config.ignoredNames()));
        }
        Ports.check(config);
        ActorSystem<Void> system = ActorSystem.create(
                Behaviors.empty(), "ahti", PekkoSettings.of(config, ownProcess).withFallback(ConfigFactory.load()));
        Cluster cluster = Cluster.get(system);
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        CompletionStage<String> management = ManagementHttp.start(system);
        NodeState.get(system).ready(true);
        return new Broker(config, system, management.toCompletableFuture().get(READY_SECONDS, TimeUnit.SECONDS));
    }

    /** Where clients connect, with the ports that were bound. */
    public List<Endpoint> listeners() {
        return config.listeners();
    }

    /** Address of management HTTP, as in {@code http://127.0.0.1:8558}. */
    public String management() {
        return management;
    }

    public String readyLine() {
        Endpoint listener = listeners().get(0);
        return "ready: broker " + config.nodeId() + ", Kafka " + listener.host() + ":" + listener.port()
                + ", management " + management;
    }

    /** Hands over, flushes, leaves the cluster. @return whether all of it was done in time */
    public boolean stop() {
        NodeState.get(system).ready(false);
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system.classicSystem());
        try {
            shutdown.runAll(CoordinatedShutdown.jvmExitReason())
                    .toCompletableFuture()
                    .get(shutdown.totalTimeout().toMillis() + 1_000, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.error("The shutdown was not clean", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
