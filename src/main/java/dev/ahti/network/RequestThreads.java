package dev.ahti.network;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads on which requests run, from the socket to the log and back. What a task hands on runs next on the same
 * thread; another is woken only where more waits than those awake are about to take. A ForkJoinPool wakes a thread for
 * each hand-over between two actors, which cost a third of the broker's time under produce load.
 *
 * <pre>
 *             woken: more tasks wait than threads are awake
 *   asleep -------------------------------------------------> awake: takes tasks in turn
 *     ^                                                        |  |  ^
 *     +--- nothing waits, another is selecting ----------------+  |  | a socket is ready
 *                                                                 v  |
 *                             nothing waits, nobody selects: selecting
 * </pre>
 *
 * Sockets have no thread of their own: who finds nothing to do waits for them (Pekko's select loop), and then handles
 * what it found. With a thread of its own, each message that arrived at a quiet broker woke four threads, one after the
 * other, instead of one.
 *
 * No more are awake than {@code parallelism}, unless those stand still (a slow disk): then every 2 ms one more, up to
 * {@code maxThreads}.
 */
final class RequestThreads extends AbstractExecutorService {
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** So many tasks a busy thread takes before it looks for sockets that became ready meanwhile. */
    private static final int TASKS_BETWEEN_SELECTS = 128;

    /**
     * So many tasks wait for each thread that is awake before another is woken: to wake one, and to let it sleep again,
     * costs as much as some tasks do.
     */
    private static final int TASKS_PER_THREAD = 4;

    private final int parallelism;
    private final int maxThreads;
    private final ThreadFactory factory;
    private final long watchNanos;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger awake = new AtomicInteger();
    private final AtomicInteger threads = new AtomicInteger();
    private final Sleepers sleepers = new Sleepers(awake, this::threadIsWanted);

    /** The next wait for sockets, while nobody is in it. */
    private final AtomicReference<Runnable> select = new AtomicReference<>();
    /** Who lay down to wait for sockets, and is not awake again. */
    private final AtomicReference<Selecting> selecting = new AtomicReference<>();

    private final CountDownLatch terminated = new CountDownLatch(1);
    private final Thread watch;
    private volatile boolean shutdown;
    private final LongAdder taken = new LongAdder();

    RequestThreads(int parallelism, int maxThreads, ThreadFactory factory) {
        this(parallelism, maxThreads, factory, WATCH_NANOS);
    }

    /** @param watchNanos how long what waits may wait before another thread is woken for it, whoever is awake */
    RequestThreads(int parallelism, int maxThreads, ThreadFactory factory, long watchNanos) {
        this.parallelism = parallelism;
        this.maxThreads = maxThreads;
        this.factory = factory;
        this.watchNanos = watchNanos;
        this.watch = factory.newThread(this::watch);
        watch.start();
    }

    @Override
    public void execute(Runnable task) {
        if (shutdown) {
            throw new RejectedExecutionException("shut down");
        }
        backFromSelecting();
        int queued = waiting.incrementAndGet();
        tasks.add(task);
        int now = awake.get();
        if (isTooMuch(queued, now) && now < parallelism) {
            wakeOne();
        }
    }

    /**
     * Takes a wait for sockets: it returns when one is ready and hands itself in again. There is one at a time (Pekko's
     * {@code nr-of-selectors} is 1), which runs to its end even after {@link #shutdown}, since it closes the sockets.
     */
    void executeSelect(Runnable wait) {
        backFromSelecting(); // Before another can take the next turn.
        if (!select.compareAndSet(null, wait)) {
            throw new IllegalStateException("pekko.io.tcp.nr-of-selectors must be 1");
        }
        if (awake.get() == 0) {
            wakeOne();
        }
    }

    /** One of those awake takes what waits when it is done with its own: often the caller itself. */
    private static boolean isTooMuch(int waiting, int awake) {
        return waiting > awake * TASKS_PER_THREAD;
    }

    private void wakeOne() {
        if (!sleepers.wakeOne()) {
            addThread();
        }
    }

    private void addThread() {
        int count = threads.get();
        while (count < maxThreads && !shutdown) {
            if (threads.compareAndSet(count, count + 1)) {
                awake.incrementAndGet();
                factory.newThread(this::work).start();
                return;
            }
            count = threads.get();
        }
    }

    private void work() {
        int sinceSelect = 0;
        try {
            while (true) {
                Runnable task = tasks.poll();
                if (task != null) {
                    waiting.decrementAndGet();
                    taken.increment();
                    run(task);
                    if (++sinceSelect >= TASKS_BETWEEN_SELECTS) {
                        sinceSelect = 0;
                        select(false);
                    }
                } else if (select(true)) {
                    sinceSelect = 0;
                } else if (shutdown) {
                    return;
                } else {
                    sleepers.sleep();
                }
            }
        } finally {
            awake.decrementAndGet();
            if (threads.decrementAndGet() == 0 && shutdown) {
                terminated.countDown();
            }
        }
    }

    /**
     * False where another is selecting. Lies down first and looks at the queue afterwards, as {@link Sleepers#sleep} does.
     *
     * @param idle nothing waited; else perhaps no socket is ready, and somebody must go on with what waits
     */
    private boolean select(boolean idle) {
        Runnable wait = select.getAndSet(null);
        if (wait == null) {
            return false;
        }
        Selecting self = new Selecting(Thread.currentThread());
        selecting.set(self);
        int others = awake.decrementAndGet();
        if (isTooMuch(waiting.get(), others) && (idle || others + 1 < parallelism)) {
            wakeOne();
        }
        run(wait);
        selecting.compareAndSet(self, null); // Another may be at the next turn already.
        self.back();
        return true;
    }

    /** What the select loop hands on is for the thread that found it: so it counts as awake before the first of it. */
    private void backFromSelecting() {
        Selecting last = selecting.get();
        if (last != null && last.thread == Thread.currentThread()) {
            selecting.set(null);
            last.back();
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    private boolean threadIsWanted() {
        return !tasks.isEmpty() || select.get() != null || shutdown;
    }

    /**
     * Tasks or sockets wait and nobody takes one: those awake are held up, so another is woken whatever their number. Looks
     * often only while something waits, since each look costs a wake-up of its own.
     */
    private void watch() {
        long before = -1;
        while (!shutdown) {
            LockSupport.parkNanos(this, somethingWaits() ? watchNanos : 25 * watchNanos);
            long now = taken.sum();
            if (now == before && somethingWaits()) {
                wakeOne();
            }
            before = now;
        }
    }

    /** How many neither sleep nor wait for sockets. */
    int awake() {
        return awake.get();
    }

    int asleep() {
        return sleepers.count();
    }

    private boolean somethingWaits() {
        return waiting.get() > 0 || select.get() != null;
    }

    @Override
    public void shutdown() {
        shutdown = true;
        LockSupport.unpark(watch);
        sleepers.wakeAll();
        if (threads.get() == 0) {
            terminated.countDown();
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> left = new ArrayList<>();
        Runnable task;
        while ((task = tasks.poll()) != null) {
            waiting.decrementAndGet();
            left.add(task);
        }
        shutdown();
        return left;
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminated.await(timeout, unit);
    }

    /** One turn of one thread, which alone ends it. */
    private final class Selecting {
        private final Thread thread;
        private boolean back;

        Selecting(Thread thread) {
            this.thread = thread;
        }

        void back() {
            if (!back) {
                back = true;
                awake.incrementAndGet();
            }
        }
    }
}
