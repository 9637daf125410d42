package dev.ahti.network;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code queued.max.request.bytes}: bytes of requests held in memory over all connections of this broker. A connection
 * reserves a frame's size when it knows it and reads no further until it gets it, in the order of asking; who has handled
 * the request gives it back. The bound holds always, but a frame larger than the bound passes when nothing else is held.
 */
public final class RequestMemory {
    /** Where a heap's objects become "humongous": G1 gives each whole regions, of 1 MiB with heaps up to 2 GiB. */
    private static final int REGION = 1 << 20;

    private final long limit;
    private final AtomicLong reserved = new AtomicLong();
    private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wakeUps = new AtomicInteger();

    /** @param limit in bytes; -1: a quarter of the heap */
    public RequestMemory(long limit) {
        if (limit == 0 || limit < -1) {
            throw new IllegalArgumentException("queued.max.request.bytes is " + limit);
        }
        this.limit = limit == -1 ? Runtime.getRuntime().maxMemory() / 4 : limit;
    }

    /** Bytes on the heap that a frame of so many bytes takes, at least 1. */
    static long cost(int frameSize) {
        return frameSize < REGION / 2 ? Math.max(1, frameSize) : (frameSize + 16L + REGION - 1) / REGION * REGION;
    }

    public long limit() {
        return limit;
    }

    public long reserved() {
        return reserved.get();
    }

    /** Connections that have paused reading for want of memory. */
    public int waiting() {
        return waiters.size();
    }

    boolean hasWaiters() {
        return !waiters.isEmpty();
    }

    /**
     * Null if it is granted at once. Otherwise {@code granted} runs later, once, on any thread, unless the waiter is
     * cancelled before.
     */
    Waiter reserve(long bytes, Runnable granted) {
        if (waiters.isEmpty() && tryReserve(bytes)) {
            return null;
        }
        Waiter waiter = new Waiter(bytes, granted);
        waiters.add(waiter);
        wakeUp();
        return waiter;
    }

    /** What has been allocated already: others wait until it is back under the bound. */
    void add(long bytes) {
        reserved.addAndGet(bytes);
    }

    void release(long bytes) {
        reserved.addAndGet(-bytes);
        if (!waiters.isEmpty()) {
            wakeUp();
        }
    }

    private boolean tryReserve(long bytes) {
        while (true) {
            long now = reserved.get();
            if (now > 0 && now + bytes > limit) {
                return false;
            }
            if (reserved.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
    }

    /** One thread at a time walks the queue; one that comes meanwhile makes it walk once more. */
    private void wakeUp() {
        if (wakeUps.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        while (seen > 0) {
            Waiter head = waiters.peek();
            while (head != null && admit(head)) {
                head = waiters.peek();
            }
            seen = wakeUps.addAndGet(-seen);
        }
    }

    /** False if the waiter has to go on waiting. */
    private boolean admit(Waiter waiter) {
        if (!waiter.isCancelled()) {
            if (!tryReserve(waiter.bytes)) {
                return false;
            }
            if (!waiter.grant()) {
                reserved.addAndGet(-waiter.bytes);
            }
        }
        waiters.remove(waiter);
        return true;
    }

    /**
     * <pre>
     * WAITING ── grant ──> GRANTED (the bytes are the connection's)
     *    └───── cancel ──> CANCELLED (they are nobody's)
     * </pre>
     */
    final class Waiter {
        private enum State {
            WAITING,
            GRANTED,
            CANCELLED
        }

        private final long bytes;
        private final Runnable granted;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

        private Waiter(long bytes, Runnable granted) {
            this.bytes = bytes;
            this.granted = granted;
        }

        private boolean isCancelled() {
            return state.get() == State.CANCELLED;
        }

        private boolean grant() {
            boolean waits = state.compareAndSet(State.WAITING, State.GRANTED);
            if (waits) {
                granted.run();
            }
            return waits;
        }

        /** The connection is closed: leaves the queue, or gives back what it was granted meanwhile. */
        void cancel() {
            if (state.compareAndSet(State.WAITING, State.CANCELLED)) {
                waiters.remove(this);
                wakeUp();
            } else if (state.get() == State.GRANTED) {
                release(bytes);
            }
        }
    }
}
