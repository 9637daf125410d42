package dev.ahti.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEvent;
import org.junit.jupiter.api.Test;

class SlotEventsTest {
    private static final TopicPartition SLOT = new TopicPartition(OffsetsTopic.NAME, 0);
    private static final TopicPartition OTHER = new TopicPartition(OffsetsTopic.NAME, 1);

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<String> said = new CopyOnWriteArrayList<>();

    private CoordinatorEvent event(TopicPartition slot, String name) {
        return event(slot, name, () -> said.add(name));
    }

    private CoordinatorEvent event(TopicPartition slot, String name, Runnable action) {
        return new CoordinatorEvent() {
            @Override
            public void run() {
                action.run();
            }

            @Override
            public void complete(Throwable failure) {
                said.add(name + " " + failure.getClass().getSimpleName());
            }

            @Override
            public long createdTimeMs() {
                return 0;
            }

            @Override
            public TopicPartition key() {
                return slot;
            }
        };
    }

    private void runAll() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    @Test
    void eventsOfASlotRunInOrderAndUrgentOnesFirst() {
        SlotEvents events = new SlotEvents(tasks::add);
        events.enqueueLast(event(SLOT, "a"));
        events.enqueueLast(event(SLOT, "b"));
        events.enqueueFirst(event(SLOT, "urgent"));
        events.enqueueLast(event(OTHER, "other"));

        assertThat(tasks).as("one for each slot").hasSize(2);
        runAll();

        assertThat(said).containsExactly("urgent", "a", "b", "other");
    }

    @Test
    void anEventThatFailsIsToldAndTheNextOneRuns() {
        SlotEvents events = new SlotEvents(tasks::add);
        events.enqueueLast(event(SLOT, "bad", () -> {
            throw new IllegalStateException();
        }));
        events.enqueueLast(event(SLOT, "good"));

        runAll();

        assertThat(said).containsExactly("bad IllegalStateException", "good");
    }

    @Test
    void whatHasNotBegunWhenItClosesIsRejected() {
        SlotEvents events = new SlotEvents(tasks::add);
        events.enqueueLast(event(SLOT, "a"));

        events.close();
        runAll();

        assertThat(said).containsExactly("a RejectedExecutionException");
        assertThatThrownBy(() -> events.enqueueLast(event(SLOT, "late")))
                .isInstanceOf(RejectedExecutionException.class);
    }

    /** Counted without any care for threads, so that two at once would lose some. */
    @Test
    void noTwoEventsOfASlotRunAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            SlotEvents events = new SlotEvents(threads);
            int[] plain = new int[2];
            AtomicInteger done = new AtomicInteger();
            List<Thread> senders = new ArrayList<>();
            for (int sender = 0; sender < 4; sender++) {
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        int slot = i % 2;
                        events.enqueueLast(event(slot == 0 ? SLOT : OTHER, "count", () -> {
                            plain[slot]++;
                            done.incrementAndGet();
                        }));
                    }
                });
                senders.add(thread);
                thread.start();
            }
            for (Thread sender : senders) {
                sender.join();
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> done.get() == 40_000);

            assertThat(plain).containsExactly(20_000, 20_000);
        } finally {
            threads.shutdownNow();
        }
    }
}
