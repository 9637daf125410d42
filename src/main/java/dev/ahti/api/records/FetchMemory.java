package dev.ahti.api.records;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Records that other brokers read for clients of this one are held in memory until the client has taken them. What is left
 * of the limit is shared by the fetches that are under way; each may bring one batch, however little that is, so that slow
 * clients make the others slower and nobody stand still.
 */
final class FetchMemory {
    /** More at a time would not be faster. */
    static final int MOST = 4 << 20;

    private final long limit;
    private final AtomicLong held = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();

    FetchMemory(long limit) {
        this.limit = limit;
    }

    /** How many bytes a fetch that begins now may ask for, at least 1; {@link #ended} is to follow. */
    int begin(int wanted) {
        long share = (limit - held.get()) / underWay.incrementAndGet();
        return (int) Math.max(1, Math.min(Math.min(wanted, MOST), share));
    }

    /** @param bytes that it has brought: they are held from now on */
    void ended(int bytes) {
        underWay.decrementAndGet();
        held.addAndGet(bytes);
    }

    void release(int bytes) {
        held.addAndGet(-bytes);
    }

    long held() {
        return held.get();
    }
}
