package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.model.Endpoint;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running broker. {@link Startup} makes it, {@link Shutdown} says in which order it ends. */
public final class Broker {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private final BrokerConfig config;
    private final ActorSystem<Void> system;
    private final List<Endpoint> listeners;
    private final String management;
    private final Shutdown shutdown;

    Broker(
            BrokerConfig config,
            ActorSystem<Void> system,
            List<Endpoint> listeners,
            String management,
            Shutdown shutdown) {
        this.config = config;
        this.system = system;
        this.listeners = List.copyOf(listeners);
        this.management = management;
        this.shutdown = shutdown;
    }

    /**
     * Returns when clients can produce.
     *
     * @param ownProcess whether the JVM is this broker's alone and ends with it
     * @throws StartProblem with one line that says what to do
     */
    public static Broker start(BrokerConfig config, boolean ownProcess) {
        return new Startup(config, ownProcess).run();
    }

    /** Where clients connect, with the ports that were bound. */
    public List<Endpoint> listeners() {
        return listeners;
    }

    /** Address of management HTTP, as in {@code http://127.0.0.1:8558}. */
    public String management() {
        return management;
    }

    /** What is printed when clients can produce. */
    public String readyLine() {
        Endpoint first = config.advertisedListeners().get(0);
        int port = first.port() == 0 ? listeners.get(0).port() : first.port();
        return "ready: broker " + config.nodeId() + ", Kafka " + first.host() + ":" + port + ", management "
                + management;
    }

    /** Hands over, flushes, leaves the cluster; returns whether all of it was done, and in time. */
    public boolean stop() {
        CoordinatedShutdown phases = CoordinatedShutdown.get(system.classicSystem());
        try {
            phases.runAll(CoordinatedShutdown.jvmExitReason())
                    .toCompletableFuture()
                    .get(phases.totalTimeout().toMillis() + 1_000, TimeUnit.MILLISECONDS);
            return shutdown.clean();
        } catch (ExecutionException | TimeoutException e) {
            LOG.error("The shutdown was not clean", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends the process as it stands, since nothing may be written any more: the next start recovers. */
    static void halt(String line, boolean ownProcess) {
        LOG.error("This broker stops: {}", line);
        if (ownProcess) {
            System.err.println("ahti: " + line);
            Runtime.getRuntime().halt(1);
        }
    }
}
