package dev.ahti.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.replica.LocalActors;
import dev.ahti.replica.SlotFixture;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every thread is the test's: what the loader wants done is done when it says so. */
class SlotLoaderTest {
    private static final ActorTestKit KIT = LocalActors.start();
    private static final TopicPartition SLOT = new TopicPartition(OffsetsTopic.NAME, 0);

    @TempDir
    Path path;

    private final List<SlotLog> failed = new CopyOnWriteArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final SlotLogs logs = new SlotLogs(failed::add);
    private final SlotLoader loader =
            new SlotLoader(logs, new GroupCoordinatorRecordSerde(), 1000, new SlotEvents(tasks::add), tasks::add);
    private SlotFixture slot;

    @BeforeEach
    void open() throws Exception {
        slot = new SlotFixture(path, KIT.system());
        slot.lead(0);
        logs.lead(0, slot.replica());
    }

    @AfterEach
    void close() throws Exception {
        slot.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @SuppressWarnings("unchecked")
    private CompletableFuture<LoadSummary> load() {
        return loader.load(SLOT, (CoordinatorPlayback<CoordinatorRecord>) Proxy.newProxyInstance(
                CoordinatorPlayback.class.getClassLoader(),
                new Class<?>[] {CoordinatorPlayback.class},
                (self, method, told) -> null));
    }

    private void runAll() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    @Test
    void anEmptyLogIsLoaded() {
        CompletableFuture<LoadSummary> loaded = load();
        assertThat(loaded).as("in a turn of its own").isNotDone();

        runAll();

        assertThat(loaded).isCompleted();
        assertThat(failed).isEmpty();
    }

    @Test
    void aLoadThatWasOvertakenByAResignationSaysNothing() {
        CompletableFuture<LoadSummary> first = load();
        logs.resign(0);
        logs.lead(0, slot.replica());
        CompletableFuture<LoadSummary> second = load();

        runAll();

        assertThat(first).isNotDone();
        assertThat(second).isCompleted();
    }

    @Test
    void aLoadThatFailsAfterItWasOvertakenSaysNothing() {
        CompletableFuture<LoadSummary> first = load();
        slot.follow(2, 1);
        logs.resign(0);
        runAll();

        assertThat(first).isNotDone();
        assertThat(failed).isEmpty();
    }

    @Test
    void aLoadThatFailsIsToldToTheOneWhoElects() {
        CompletableFuture<LoadSummary> first = load();
        slot.follow(2, 1);
        runAll();

        assertThat(first).isCompletedExceptionally();
        assertThat(failed).hasSize(1);
    }
}
