package dev.ahti.network;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line a second at most, with the number of those that were left out: whoever sends rubbish must not fill the disk. */
final class RateLimitedLog {
    private static final Logger log = LoggerFactory.getLogger(KafkaListener.class);
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final AtomicLong next = new AtomicLong(System.nanoTime());
    private final AtomicLong leftOut = new AtomicLong();

    void info(String format, Object... arguments) {
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
