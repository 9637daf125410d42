package dev.ahti.network;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The same {@link RequestThreads} for several dispatchers, of which Pekko shuts each down (and opens it anew) by itself:
 * the threads end with the last.
 */
final class SharedRequestThreads {
    private RequestThreads threads;
    private int users;

    /** @param selects whether what is executed are waits for sockets. */
    synchronized ExecutorService open(boolean selects, Supplier<RequestThreads> make) {
        if (users++ == 0) {
            threads = make.get();
        }
        return new View(threads, selects);
    }

    private synchronized void close() {
        if (--users == 0) {
            threads.shutdown();
        }
    }

    private final class View extends AbstractExecutorService {
        private final RequestThreads threads;
        private final boolean selects;
        private volatile boolean shutdown;

        View(RequestThreads threads, boolean selects) {
            this.threads = threads;
            this.selects = selects;
        }

        @Override
        public void execute(Runnable task) {
            if (shutdown) {
                throw new RejectedExecutionException("shut down");
            }
            if (selects) {
                threads.executeSelect(task);
            } else {
                threads.execute(task);
            }
        }

        @Override
        public synchronized void shutdown() {
            if (!shutdown) {
                shutdown = true;
                close();
            }
        }

        @Override
        public List<Runnable> shutdownNow() {
            shutdown();
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return shutdown;
        }

        @Override
        public boolean isTerminated() {
            return shutdown && threads.isTerminated();
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
            return threads.awaitTermination(timeout, unit);
        }
    }
}
