package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.append;
import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaUpkeepTest {
    private static final ActorTestKit KIT = LocalActors.start();
    private static final Duration OFTEN = Duration.ofMillis(20);

    @TempDir
    Path path;

    private ReplicaFixture fixture;
    private ReplicaUpkeep upkeep;

    @BeforeEach
    void open() throws Exception {
        fixture = new ReplicaFixture(path);
        upkeep = new ReplicaUpkeep(fixture.node.table(), fixture.directory);
    }

    @AfterEach
    void close() throws Exception {
        upkeep.stop();
        List.copyOf(fixture.node.table().handles()).forEach(one -> KIT.stop(one.actor()));
        fixture.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private LocalReplica leader(Map<String, String> configs) {
        return fixture.startLeader(KIT, List.of(1), configs);
    }

    private void startUpkeep() {
        upkeep.start(
                KIT.scheduler(),
                KIT.system().executionContext(),
                new ReplicaSettings(OFTEN, OFTEN, OFTEN, OFTEN, OFTEN, OFTEN, OFTEN, OFTEN));
    }

    @Test
    void shouldCheckpointHighWatermarksAndRecoveryPoints() throws Exception {
        LocalReplica replica = leader(Map.of("flush.ms", "10"));
        append(replica, -1, records("a", "b")).join();
        startUpkeep();

        await().untilAsserted(() -> assertThat(path.resolve("replication-offset-checkpoint"))
                .content()
                .contains("t 0 2"));
        await().untilAsserted(() -> assertThat(path.resolve("recovery-point-offset-checkpoint"))
                .content()
                .contains("t 0 2"));
    }

    @Test
    void shouldCheckpointLogStartsAtTheirOwnInterval() throws Exception {
        LocalReplica replica = leader(Map.of());
        append(replica, -1, records("a", "b")).join();
        replica.log().raiseLogStartOffset(1);
        Duration never = Duration.ofDays(1);
        upkeep.start(
                KIT.scheduler(),
                KIT.system().executionContext(),
                new ReplicaSettings(never, never, OFTEN, never, never, never, never, never));

        await().untilAsserted(() -> assertThat(path.resolve("log-start-offset-checkpoint"))
                .content()
                .contains("t 0 1"));
        assertThat(path.resolve("recovery-point-offset-checkpoint")).doesNotExist();
    }

    @Test
    void shouldDeleteWhatHasExpired() {
        LocalReplica replica = leader(Map.of("retention.ms", "1"));
        append(replica, -1, records("a", "b")).join();
        startUpkeep();

        await().until(() -> replica.log().logStartOffset() == 2);
    }

    @Test
    void shouldGoOnAfterARoundThatFailed() throws Exception {
        LocalReplica replica = leader(Map.of());
        append(replica, -1, records("a", "b")).join();
        Path inTheWay = path.resolve("replication-offset-checkpoint.tmp");
        Files.createDirectory(inTheWay);
        startUpkeep();
        await().pollDelay(OFTEN.multipliedBy(3)).until(() -> true);
        assertThat(path.resolve("replication-offset-checkpoint")).doesNotExist();

        Files.delete(inTheWay);

        await().until(() -> Files.exists(path.resolve("replication-offset-checkpoint")));
    }
}
