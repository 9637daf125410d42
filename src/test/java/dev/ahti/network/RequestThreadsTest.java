package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestThreadsTest {
    private static final long DEADLINE_SECONDS = 60;

    private final Set<Thread> made = ConcurrentHashMap.newKeySet();
    private final List<Throwable> uncaught = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private RequestThreads threads = new RequestThreads(2, 5, this::thread);

    private Thread thread(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((where, failure) -> uncaught.add(failure));
        made.add(thread);
        return thread;
    }

    @AfterEach
    void shutDown() {
        release.countDown();
        threads.shutdown();
    }

    /** On a busy machine a thread may stand still for so long that another is woken, which is what some tests exclude. */
    private void withoutWatch() {
        threads.shutdown();
        made.clear();
        threads = new RequestThreads(2, 5, this::thread, TimeUnit.HOURS.toNanos(1));
    }

    /** Not counting the one that watches. */
    private int workers() {
        return made.size() - 1;
    }

    @Test
    void whatATaskHandsOnRunsOnTheSameThread() throws Exception {
        withoutWatch();
        List<Thread> ran = new ArrayList<>();
        CompletableFuture<Void> done = new CompletableFuture<>();

        threads.execute(() -> handOn(ran, 100, done));

        done.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(ran).hasSize(101).containsOnly(ran.get(0));
    }

    private void handOn(List<Thread> ran, int more, CompletableFuture<Void> done) {
        ran.add(Thread.currentThread());
        if (more > 0) {
            threads.execute(() -> handOn(ran, more - 1, done));
        } else {
            done.complete(null);
        }
    }

    @Test
    void asManyRunAtTheSameTimeAsThereAreCores() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        CompletableFuture<Void> together = new CompletableFuture<>();

        for (int i = 0; i < 3; i++) {
            threads.execute(() -> {
                both.countDown();
                awaitLatch(both);
                together.complete(null);
            });
        }

        together.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void whileTheOthersStandStillFurtherThreadsTakeWhatWaits() throws Exception {
        CompletableFuture<Void> ran = new CompletableFuture<>();
        for (int i = 0; i < 4; i++) {
            threads.execute(() -> awaitLatch(release));
        }

        threads.execute(() -> ran.complete(null));

        ran.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(workers()).isEqualTo(5);
    }

    @Test
    void noMoreThreadsAreMadeThanTheirLargestNumber() {
        AtomicInteger begun = new AtomicInteger();
        for (int i = 0; i < 9; i++) {
            threads.execute(() -> {
                begun.incrementAndGet();
                awaitLatch(release);
            });
        }
        await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> begun.get() == 5);

        release.countDown();

        await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> begun.get() == 9);
        assertThat(workers()).isEqualTo(5);
    }

    @Test
    void noTaskIsLeftLyingWhenThreadsFallAsleepAsItComes() throws Exception {
        int producers = 4;
        int each = 20_000;
        AtomicInteger ran = new AtomicInteger();
        List<Thread> outside = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            Thread producer = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    CompletableFuture<Void> answered = new CompletableFuture<>();
                    threads.execute(() -> threads.execute(() -> {
                        ran.incrementAndGet();
                        answered.complete(null);
                    }));
                    if (i % 3 == 0) {
                        answered.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
                    }
                }
            });
            outside.add(producer);
            producer.start();
        }
        for (Thread producer : outside) {
            producer.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
        }

        await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> ran.get() == producers * each);
    }

    /** Hands itself in again, as Pekko's select loop does, and on to the threads what "arrives". */
    private final class Sockets implements Runnable {
        private final SynchronousQueue<Runnable> ready = new SynchronousQueue<>();
        private final Set<Thread> waited = ConcurrentHashMap.newKeySet();
        private volatile boolean closed;

        @Override
        public void run() {
            waited.add(Thread.currentThread());
            try {
                Runnable arrived = ready.poll(10, TimeUnit.MILLISECONDS);
                if (arrived != null) {
                    threads.execute(arrived);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (!closed) {
                threads.executeSelect(this);
            }
        }

        Thread arrive(Runnable task) throws Exception {
            CompletableFuture<Thread> ran = new CompletableFuture<>();
            assertThat(ready.offer(
                            () -> {
                                task.run();
                                ran.complete(Thread.currentThread());
                            },
                            DEADLINE_SECONDS,
                            TimeUnit.SECONDS))
                    .isTrue();
            return ran.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoFindsASocketReadyHandlesWhatArrivedAndNobodyElseIsWoken() throws Exception {
        withoutWatch();
        Sockets sockets = new Sockets();
        threads.executeSelect(sockets);
        Set<Thread> handled = ConcurrentHashMap.newKeySet();

        for (int i = 0; i < 1000; i++) {
            handled.add(sockets.arrive(() -> {}));
        }

        sockets.closed = true;
        assertThat(handled).hasSize(1).containsAll(sockets.waited);
        assertThat(workers()).isEqualTo(1);
    }

    @Test
    void whileOneHandlesWhatArrivedForLongAnotherWaitsForSockets() throws Exception {
        Sockets sockets = new Sockets();
        threads.executeSelect(sockets);
        assertThat(sockets.ready.offer(() -> awaitLatch(release), DEADLINE_SECONDS, TimeUnit.SECONDS))
                .isTrue();

        Thread other = sockets.arrive(() -> {});

        sockets.closed = true;
        assertThat(other).isNotNull();
        assertThat(sockets.waited).hasSize(2);
    }

    @Test
    void whileOneWaitsForSocketsAnotherTakesWhatComesFromElsewhere() throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        threads.executeSelect(() -> {
            waits.countDown();
            awaitLatch(release);
        });
        awaitLatch(waits);
        CompletableFuture<Void> ran = new CompletableFuture<>();

        threads.execute(() -> ran.complete(null));

        ran.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void socketsAreLookedAtAlthoughThereIsAlwaysSomethingToDo() throws Exception {
        Sockets sockets = new Sockets();
        AtomicBoolean enough = new AtomicBoolean();
        for (int i = 0; i < 4; i++) {
            threads.execute(new Runnable() {
                @Override
                public void run() {
                    if (!enough.get()) {
                        threads.execute(this);
                    }
                }
            });
        }
        threads.executeSelect(sockets);

        sockets.arrive(() -> {});

        enough.set(true);
        sockets.closed = true;
    }

    @Test
    void noSocketAndNoTaskIsLeftLyingWhenBothComeAtOnce() throws Exception {
        Sockets sockets = new Sockets();
        threads.executeSelect(sockets);
        AtomicInteger ran = new AtomicInteger();
        int each = 10_000;
        Thread outside = new Thread(() -> {
            for (int i = 0; i < each; i++) {
                CompletableFuture<Void> answered = new CompletableFuture<>();
                threads.execute(() -> {
                    ran.incrementAndGet();
                    answered.complete(null);
                });
                answered.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
            }
        });
        outside.start();

        for (int i = 0; i < each; i++) {
            sockets.arrive(() -> {});
        }

        outside.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
        sockets.closed = true;
        assertThat(ran.get()).isEqualTo(each);
        // Whoever lost count of those awake would wake one more with each task.
        await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> threads.awake() == 0);
    }

    /** As Pekko does when an interest is registered just as the loop ends its turn. */
    @Test
    void theNextWaitForSocketsMayComeFromElsewhereWhileTheLastIsAboutToReturn() throws Exception {
        CompletableFuture<Void> second = new CompletableFuture<>();
        CountDownLatch selecting = new CountDownLatch(1);
        threads.executeSelect(() -> {
            selecting.countDown();
            awaitLatch(release);
        });
        awaitLatch(selecting);
        threads.executeSelect(() -> second.complete(null));
        threads.execute(() -> {}); // Wakes another, which then finds nothing else to do.
        second.get(DEADLINE_SECONDS, TimeUnit.SECONDS);

        release.countDown();

        await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> threads.asleep() == workers());
        assertThat(threads.awake()).isZero();
    }

    @Test
    void aTaskThatFailsIsReportedAndTheThreadGoesOn() throws Exception {
        CompletableFuture<Void> next = new CompletableFuture<>();
        threads.execute(() -> {
            throw new IllegalStateException("planted");
        });

        threads.execute(() -> next.complete(null));

        next.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(uncaught).hasSize(1);
    }

    @Test
    void shutDownRunsWhatWaitsAndTakesNothingMore() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            threads.execute(() -> {
                awaitLatch(release);
                ran.incrementAndGet();
            });
        }

        threads.shutdown();
        release.countDown();

        assertThat(threads.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(ran.get()).isEqualTo(10);
        assertThatThrownBy(() -> threads.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void shutDownNowReturnsWhatHasNotRun() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            threads.execute(() -> {
                begun.countDown();
                awaitLatch(release);
            });
        }
        awaitLatch(begun);
        Runnable left = () -> {};
        // The watch may have woken a further thread, which takes it first: so several.
        for (int i = 0; i < 10; i++) {
            threads.execute(() -> awaitLatch(release));
        }
        threads.execute(left);

        assertThat(threads.shutdownNow()).contains(left);
        release.countDown();
        assertThat(threads.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.isTerminated()).isTrue();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
