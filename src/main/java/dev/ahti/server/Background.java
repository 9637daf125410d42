package dev.ahti.server;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for work on the disk that nobody waits for, flushes of rolled segments and deletions; before there are such, for
 * the parts of a start that go side by side. Not the JVM's common pool for these: on two processors that is one thread, and
 * Pekko's futures continue on it.
 */
final class Background {
    private static final int THREADS = 2;

    private Background() {}

    static ScheduledExecutorService start() {
        AtomicInteger number = new AtomicInteger();
        ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(THREADS, task -> {
            Thread thread = new Thread(task, "ahti-background-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        threads.setRemoveOnCancelPolicy(true);
        return threads;
    }
}
