package dev.ahti.server;

import dev.ahti.group.GroupCoordinatorHost;
import dev.ahti.log.LogDirectory;
import dev.ahti.management.NodeState;
import dev.ahti.metadata.Metadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order in which a broker ends (rule 19), as tasks of Pekko's coordinated shutdown.
 *
 * <pre>
 *   not ready, leaderships away -> client listeners closed -> coordinators stopped -> replicas stopped, flushed
 *     -> clean-shutdown marker
 *     -> (Pekko) region, cluster, singleton
 * </pre>
 */
final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
    private static final Duration HANDOVER = Duration.ofSeconds(10);
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private final ActorSystem<?> system;
    private final CoordinatedShutdown phases;
    private volatile boolean clean;

    Shutdown(ActorSystem<?> system) {
        this.system = system;
        this.phases = CoordinatedShutdown.get(system.classicSystem());
    }

    void register(
            Metadata metadata,
            Listeners listeners,
            GroupCoordinatorHost groups,
            Replication replication,
            LogDirectory directory,
            ExecutorService background) {
        task(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "hand over", () -> handOver(metadata));
        task(CoordinatedShutdown.PhaseServiceUnbind(), "close listeners", () -> listeners.close(DRAIN));
        task(CoordinatedShutdown.PhaseServiceStop(), "close logs", () -> stop(groups)
                .thenCompose(stopped -> closeLogs(replication, directory)));
        // Deletions that are still to come happen at the next start: the directories have their names for it.
        task(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "stop threads", () -> {
            background.shutdownNow();
            return CompletableFuture.completedFuture(Done.getInstance());
        });
    }

    /** Whether the logs were flushed and the marker written. */
    boolean clean() {
        return clean;
    }

    private CompletionStage<Done> handOver(Metadata metadata) {
        NodeState.get(system).stopping();
        if (downed()) {
            LOG.error("The other brokers have removed this one from the cluster: it stops, and is to be started again");
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        return metadata.controlledShutdown(HANDOVER).thenApply(left -> Done.getInstance());
    }

    /** Nobody listens to a node that the others have removed. */
    private boolean downed() {
        return phases.getShutdownReason().equals(Optional.of(CoordinatedShutdown.clusterDowningReason()));
    }

    /** The logs are closed whatever becomes of it: what was written is theirs already. */
    private static CompletionStage<Done> stop(GroupCoordinatorHost groups) {
        return groups.stop().exceptionally(failure -> {
            LOG.warn("The coordinators of groups did not stop in order", failure);
            return Done.getInstance();
        });
    }

    private CompletionStage<Done> closeLogs(Replication replication, LogDirectory directory) {
        return replication.stop().thenApply(allClosed -> {
            try {
                if (allClosed) {
                    directory.close();
                    clean = true;
                } else {
                    LOG.warn("Not every log could be closed: the next start recovers them");
                    directory.abandon();
                }
                return Done.getInstance();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void task(String phase, String name, Supplier<CompletionStage<Done>> task) {
        phases.addTask(phase, name, task);
    }
}
