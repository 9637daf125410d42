package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.ledHere;
import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.replica.LocalReplica.AppendResult;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads at one replica, a bounded number of times. */
class ReplicaStressTest {
    private static final ActorTestKit KIT = LocalActors.start();
    private static final int PRODUCERS = 4;

    @TempDir
    Path path;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static ReplicaHandle leader(ReplicaFixture fixture) {
        return fixture.startLeader(KIT, List.of(1, 2), Map.of());
    }

    private static void inThreads(int count, Runnable work) {
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(CompletableFuture.runAsync(work, task -> new Thread(task).start()));
        }
        CompletableFuture.allOf(threads.toArray(new CompletableFuture<?>[0]))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void shouldWakeEveryWaiterWhateverAppendsComeBetween() throws Exception {
        try (ReplicaFixture fixture = new ReplicaFixture(path)) {
            ReplicaHandle replica = leader(fixture);
            int rounds = 1_000;
            // Each reader follows the end; a lost wake-up leaves it there, for no append comes after the last.
            CompletableFuture<?>[] readers = new CompletableFuture<?>[8];
            for (int i = 0; i < readers.length; i++) {
                CompletableFuture<Long> reader = new CompletableFuture<>();
                readers[i] = reader;
                follow(replica, 0, (long) PRODUCERS * rounds, reader);
            }

            inThreads(PRODUCERS, () -> {
                for (int i = 0; i < rounds; i++) {
                    AppendResult result = ReplicaFixture.append(replica, i % 2 == 0 ? -1 : 1, records("v"))
                            .join();
                    assertThat(result.error()).isEqualTo(Errors.NONE);
                    // Whoever is answered finds the published state to match.
                    assertThat(replica.leadership().highWatermark()).isGreaterThan(result.baseOffset());
                }
            });

            CompletableFuture.allOf(readers).orTimeout(10, TimeUnit.SECONDS).join();
            assertThat(replica.waitingReads()).isZero();
            KIT.stop(replica.actor());
        }
    }

    /** Waits from another thread than the one that wakes, as fetches do. */
    private static void follow(LocalReplica replica, long offset, long end, CompletableFuture<Long> done) {
        replica.onReadable(
                offset,
                woken -> CompletableFuture.runAsync(() -> {
                    long next = woken.leadership().highWatermark();
                    if (next <= offset) {
                        done.completeExceptionally(new AssertionError("woken at " + next + " for " + offset));
                    } else if (next == end) {
                        done.complete(next);
                    } else {
                        follow(replica, next, end, done);
                    }
                }));
    }

    @Test
    void shouldAnswerEveryAppendOnceWhileLeadershipComesAndGoesAndTheReplicaCloses() throws Exception {
        try (ReplicaFixture fixture = new ReplicaFixture(path)) {
            ReplicaHandle replica = leader(fixture);
            int rounds = 2_000;
            AtomicInteger answers = new AtomicInteger();
            ConcurrentLinkedQueue<Long> acknowledged = new ConcurrentLinkedQueue<>();
            CompletableFuture<Void> disturbance = CompletableFuture.runAsync(
                    () -> {
                        for (int epoch = 1; epoch < 40; epoch++) {
                            int now = epoch;
                            fixture.changePartition(
                                    replica.id(),
                                    epoch % 3 == 0
                                            ? partition -> partition.withLeader(2, now)
                                            : ledHere(epoch, epoch % 3 == 1 ? new Integer[0] : new Integer[] {2}));
                            replica.actor().tell(MetadataChanged.INSTANCE);
                            await().pollInterval(Duration.ofMillis(1))
                                    .until(() -> replica.leadership().leaderEpoch() == now);
                        }
                        replica.actor().tell(Close.KEEP_FILES);
                    },
                    task -> new Thread(task).start());

            inThreads(PRODUCERS, () -> {
                for (int i = 0; i < rounds; i++) {
                    replica.append(
                            records("v"), (short) -1, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20), result -> {
                                answers.incrementAndGet();
                                if (result.error() == Errors.NONE) {
                                    acknowledged.add(result.baseOffset());
                                }
                            });
                    if (i % 50 == 0) {
                        await().pollInterval(Duration.ofMillis(1)).until(() -> true);
                    }
                }
            });
            disturbance.orTimeout(60, TimeUnit.SECONDS).join();

            await().until(() -> answers.get() == PRODUCERS * rounds);
            Set<Long> distinct = new HashSet<>(acknowledged);
            assertThat(distinct).hasSameSizeAs(acknowledged);
            assertThat(replica.leadership().highWatermark())
                    .isGreaterThanOrEqualTo(distinct.stream()
                            .mapToLong(offset -> offset + 1)
                            .max()
                            .orElse(0));
        }
    }
}
