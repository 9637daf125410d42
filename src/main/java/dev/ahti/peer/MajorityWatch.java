package dev.ahti.peer;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when this node has seen no majority for a while, for then it refuses records and nothing else shows why (rule 16):
 *
 * <pre>
 *   starting -> seen -> unseen -- {@link #PATIENCE} --> said -- every {@link #AGAIN} --> said once more
 *                 ^-------'                              '----> seen, and that is said
 * </pre>
 *
 * A gap that is over before is said when it is: it explains why clients had to try again.
 */
public final class MajorityWatch {
    /** Fail-overs are over by then. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    static final Duration AGAIN = Duration.ofMinutes(1);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration FIRST_INTERVAL = Duration.ofMillis(20);
    private static final Logger LOG = LoggerFactory.getLogger(MajorityWatch.class);

    private final Supplier<SeenMembers> view;
    private final LongSupplier nanoTime;
    private OptionalLong unseenSince = OptionalLong.empty();
    private OptionalLong saidAt = OptionalLong.empty();
    private boolean starting = true;

    MajorityWatch(Supplier<SeenMembers> view, LongSupplier nanoTime) {
        this.view = view;
        this.nanoTime = nanoTime;
    }

    /** Completes when one is first seen: those who vouch for this broker say so with the next keep-alive. */
    public static CompletionStage<Done> seen(ActorSystem<?> system, BooleanSupplier seesMajority) {
        CompletableFuture<Done> seen = new CompletableFuture<>();
        Cancellable looking = system.scheduler()
                .scheduleWithFixedDelay(
                        Duration.ZERO,
                        FIRST_INTERVAL,
                        () -> {
                            if (seesMajority.getAsBoolean()) {
                                seen.complete(Done.getInstance());
                            }
                        },
                        system.executionContext());
        return seen.whenComplete((done, failure) -> looking.cancel());
    }

    /** Until the system ends. */
    public static void start(ActorSystem<?> system, MajorityView view) {
        MajorityWatch watch = new MajorityWatch(view::members, System::nanoTime);
        system.scheduler().scheduleWithFixedDelay(INTERVAL, INTERVAL, watch::look, system.executionContext());
    }

    void look() {
        SeenMembers seen = view.get();
        long now = nanoTime.getAsLong();
        if (seen.majority()) {
            if (saidAt.isPresent() || (unseenSince.isPresent() && !starting)) {
                LOG.info(
                        "A majority of the cluster is seen again, after {} s: this broker goes on", secondsUnseen(now));
            }
            starting = false;
            unseenSince = OptionalLong.empty();
            saidAt = OptionalLong.empty();
        } else if (unseenSince.isEmpty()) {
            unseenSince = OptionalLong.of(now);
        } else if (isDue(now)) {
            saidAt = OptionalLong.of(now);
            LOG.warn(
                    "No majority of the cluster is seen for {} s, so this broker takes and gives no records: {}",
                    secondsUnseen(now),
                    seen);
        }
    }

    private boolean isDue(long now) {
        return saidAt.isPresent()
                ? now - saidAt.getAsLong() >= AGAIN.toNanos()
                : now - unseenSince.getAsLong() >= PATIENCE.toNanos();
    }

    private long secondsUnseen(long now) {
        return Duration.ofNanos(now - unseenSince.getAsLong()).toSeconds();
    }
}
