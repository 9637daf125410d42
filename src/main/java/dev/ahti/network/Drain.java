package dev.ahti.network;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;

/** Waits until connections have answered what they had read and are closed; cuts off what takes longer. */
final class Drain {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);
    /** For what is cut off to be gone. */
    private static final Duration ABORTED = Duration.ofSeconds(1);

    private final ActorSystem<?> system;
    private final Set<KafkaConnection.Handle> open;
    private final long deadlineNanos;
    private final CompletableFuture<Done> done = new CompletableFuture<>();

    Drain(ActorSystem<?> system, Set<KafkaConnection.Handle> open, Duration time) {
        this.system = system;
        this.open = open;
        this.deadlineNanos = System.nanoTime() + time.toNanos();
    }

    CompletionStage<Done> run() {
        look();
        return done;
    }

    private void look() {
        long left = deadlineNanos - System.nanoTime();
        if (open.isEmpty() || left < -ABORTED.toNanos()) {
            done.complete(Done.getInstance());
            return;
        }
        // Each time: a connection may have been on its way through the acceptor.
        open.forEach(left > 0 ? KafkaConnection.Handle::drain : KafkaConnection.Handle::abort);
        system.scheduler().scheduleOnce(LOOK_AGAIN, this::look, system.executionContext());
    }
}
