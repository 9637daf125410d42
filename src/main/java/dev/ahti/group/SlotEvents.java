package dev.ahti.group;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEvent;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEventProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the coordinators' events on a dispatcher: those of one slot one after the other, slots beside each other. */
final class SlotEvents implements CoordinatorEventProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(SlotEvents.class);

    /** Then the slot gives way to others on its thread. */
    private static final int MAX_IN_ONE_GO = 64;

    private final Executor executor;
    private final ConcurrentHashMap<TopicPartition, Slot> slots = new ConcurrentHashMap<>();
    private volatile boolean closed;

    SlotEvents(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void enqueueLast(CoordinatorEvent event) {
        add(event, false);
    }

    @Override
    public void enqueueFirst(CoordinatorEvent event) {
        add(event, true);
    }

    private void add(CoordinatorEvent event, boolean first) {
        if (closed) {
            throw new RejectedExecutionException("the group coordinator has ended");
        }
        Slot slot = slots.computeIfAbsent(event.key(), key -> new Slot());
        if (first) {
            slot.events.addFirst(event);
        } else {
            slot.events.addLast(event);
        }
        if (closed) {
            // Whoever closes may have looked before the event was there.
            slot.rejectAll();
        } else {
            slot.announce();
        }
    }

    /** What has not begun is rejected. */
    @Override
    public void close() {
        closed = true;
        slots.values().forEach(Slot::rejectAll);
    }

    private final class Slot implements Runnable {
        private final ConcurrentLinkedDeque<CoordinatorEvent> events = new ConcurrentLinkedDeque<>();
        private final AtomicBoolean announced = new AtomicBoolean();

        void announce() {
            if (!announced.getAndSet(true)) {
                executor.execute(this);
            }
        }

        @Override
        public void run() {
            for (int i = 0; i < MAX_IN_ONE_GO && !closed; i++) {
                CoordinatorEvent event = events.poll();
                if (event == null) {
                    break;
                }
                run(event);
            }
            announced.set(false);
            if (!events.isEmpty()) {
                announce();
            }
        }

        private void run(CoordinatorEvent event) {
            try {
                event.run();
            } catch (Throwable e) { // Whatever it is, the slot's other events are still to run.
                LOG.error("{} failed", event, e);
                complete(event, e);
            }
        }

        void rejectAll() {
            CoordinatorEvent event;
            while ((event = events.poll()) != null) {
                complete(event, new RejectedExecutionException("the group coordinator has ended"));
            }
        }

        private void complete(CoordinatorEvent event, Throwable why) {
            try {
                event.complete(why);
            } catch (RuntimeException e) {
                LOG.error("{} could not be told that it failed", event, e);
            }
        }
    }
}
