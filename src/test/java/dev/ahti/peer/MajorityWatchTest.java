package dev.ahti.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MajorityWatchTest {
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5); // Overflows on the way, as nanoTime may.
    private final Logger logger = (Logger) LoggerFactory.getLogger(MajorityWatch.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private boolean majority;
    private final MajorityWatch watch = new MajorityWatch(
            () -> new SeenMembers(majority, 4, new TreeSet<>(), new TreeSet<>(Set.of(2, 3)), 1), time::get);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
    }

    /** Looks each second meanwhile. */
    private List<String> saidWithin(Duration duration, boolean seen) {
        lines.list.clear();
        majority = seen;
        for (int second = 0; second < duration.toSeconds(); second++) {
            time.addAndGet(Duration.ofSeconds(1).toNanos());
            watch.look();
        }
        return lines.list.stream().map(ILoggingEvent::toString).toList();
    }

    @Test
    void whatAStartTakesIsNotSaid() {
        assertThat(saidWithin(Duration.ofSeconds(5), false)).isEmpty();
        assertThat(saidWithin(Duration.ofSeconds(5), true)).isEmpty();
        assertThat(saidWithin(Duration.ofSeconds(5), false)).isEmpty();
    }

    @Test
    void whatAFailOverTakesIsSaidWhenItIsOver() {
        assertThat(saidWithin(Duration.ofSeconds(1), true)).isEmpty();
        assertThat(saidWithin(Duration.ofSeconds(3), false)).isEmpty();
        assertThat(saidWithin(Duration.ofSeconds(5), true))
                .containsExactly("[INFO] A majority of the cluster is seen again, after 3 s: this broker goes on");
    }

    @Test
    void whatLastsIsSaidOnceAMinuteAndThatItIsOver() {
        assertThat(saidWithin(Duration.ofSeconds(65), false))
                .containsExactly(
                        "[WARN] No majority of the cluster is seen for 5 s, so this broker takes and gives no records: of 4"
                                + " members, none say that this broker is in session, [2, 3] are heard but do not say so,"
                                + " 1 are silent");
        assertThat(saidWithin(Duration.ofSeconds(2), false)).hasSize(1);
        assertThat(saidWithin(Duration.ofSeconds(60), true))
                .containsExactly("[INFO] A majority of the cluster is seen again, after 67 s: this broker goes on");
    }

    @Test
    void aStartWaitsUntilAMajorityIsSeen() {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "waiting", ConfigFactory.empty());
        try {
            AtomicInteger looks = new AtomicInteger();
            AtomicBoolean seen = new AtomicBoolean();
            CompletableFuture<Done> start = MajorityWatch.seen(system, () -> {
                        looks.incrementAndGet();
                        return seen.get();
                    })
                    .toCompletableFuture();
            await().until(() -> looks.get() > 2);
            assertThat(start).isNotDone();

            seen.set(true);

            assertThat(start).succeedsWithin(Duration.ofSeconds(10));
        } finally {
            system.terminate();
        }
    }
}
