package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.append;
import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 16: asked before each answer, for the process may have slept between a look and an answer. */
class MajorityTest {
    private static final ActorTestKit KIT = LocalActors.start();

    @TempDir
    Path path;

    private final AtomicInteger looksLeft = new AtomicInteger(Integer.MAX_VALUE);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void shouldNotAnswerWithWhatItDidBeforeItFellAsleep() throws Exception {
        ReplicaCluster alone = ReplicaCluster.ofOneBroker((proposals, timeout) -> new CompletableFuture<>());
        ReplicaCluster sleepy =
                new ReplicaCluster(alone.peers(), () -> looksLeft.getAndDecrement() > 0, alone.proposeIsr());
        try (ReplicaFixture fixture = new ReplicaFixture(path, sleepy)) {
            ReplicaHandle replica = fixture.startLeader(KIT, List.of(1), Map.of());

            looksLeft.set(1);
            assertThat(append(replica, 1, records("a"))
                            .get(10, TimeUnit.SECONDS)
                            .error())
                    .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            assertThat(replica.log().logEndOffset()).as("it was appended").isEqualTo(1);
            looksLeft.set(0);
            assertThat(ReplicaFixture.read(replica, 0).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);

            looksLeft.set(1);
            assertThat(append(replica, -1, records("b"))
                            .get(10, TimeUnit.SECONDS)
                            .error())
                    .as("the high watermark needs no clock")
                    .isEqualTo(Errors.NONE);
            KIT.stop(replica.actor());
        }
    }
}
