package dev.ahti.network;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Threads that sleep for want of work. The last to fall asleep is the first to be woken: its caches are warm. */
final class Sleepers {
    private final AtomicReference<Sleeper> last = new AtomicReference<>();
    private final AtomicInteger awake;
    private final BooleanSupplier isWanted;

    /**
     * @param awake how many threads are awake: changed here for those that fall asleep, and that are woken
     * @param isWanted whether there is something to do for a thread that is about to sleep
     */
    Sleepers(AtomicInteger awake, BooleanSupplier isWanted) {
        this.awake = awake;
        this.isWanted = isWanted;
    }

    /**
     * Until this thread is woken. Lies down first and looks for work afterwards; who adds work does so first and looks for
     * sleepers afterwards: so nothing is left lying between the two.
     */
    void sleep() {
        Sleeper self = new Sleeper(Thread.currentThread());
        do {
            self.next = last.get();
        } while (!last.compareAndSet(self.next, self));
        awake.decrementAndGet();
        if (isWanted.getAsBoolean() && self.wake()) {
            last.compareAndSet(self, self.next); // Else its empty place stays until somebody comes to it.
            return;
        }
        while (self.isAsleep()) {
            LockSupport.park(this);
        }
    }

    /** False where nobody sleeps. */
    boolean wakeOne() {
        while (true) {
            Sleeper first = last.get();
            if (first == null) {
                return false;
            }
            if (last.compareAndSet(first, first.next) && first.wake()) {
                return true;
            }
        }
    }

    void wakeAll() {
        Sleeper each = last.getAndSet(null);
        while (each != null) {
            each.wake();
            each = each.next;
        }
    }

    int count() {
        int count = 0;
        for (Sleeper each = last.get(); each != null; each = each.next) {
            count += each.isAsleep() ? 1 : 0;
        }
        return count;
    }

    /** One sleep of one thread. Whoever ends it counts the thread as awake. */
    private final class Sleeper {
        private final Thread thread;
        private final AtomicBoolean woken = new AtomicBoolean();
        private Sleeper next;

        Sleeper(Thread thread) {
            this.thread = thread;
        }

        boolean isAsleep() {
            return !woken.get();
        }

        boolean wake() {
            if (!woken.compareAndSet(false, true)) {
                return false;
            }
            awake.incrementAndGet();
            if (thread != Thread.currentThread()) {
                LockSupport.unpark(thread);
            }
            return true;
        }
    }
}
