package dev.ahti.protocol;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** One line a second at most, with the number of those that were left out: whoever sends rubbish must not fill the disk. */
public final class RateLimitedLog {
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final Logger log;
    private final AtomicLong next = new AtomicLong(System.nanoTime());
    private final AtomicLong leftOut = new AtomicLong();

    public RateLimitedLog(Logger log) {
        this.log = log;
    }

    public void info(String format, Object... arguments) {
        long now = System.nanoTime();
        long due = next.get();
        if (now - due < 0 || !next.compareAndSet(due, now + INTERVAL_NANOS)) {
            leftOut.incrementAndGet();
            return;
        }
        log.info(format, arguments);
        long missed = leftOut.getAndSet(0);
        if (missed > 0) {
            log.info("{} lines about closed connections were left out before", missed);
        }
    }
}
