package dev.ahti.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * How long things took, counted by how long: a histogram whose bounds double from 2^17 ns (0.13 ms) to 2^33 ns (8.6 s), so
 * that the place of a time is found from its bits. From any thread; nothing is allocated.
 */
public final class Latencies {
    private static final int FIRST_BITS = 17;

    /** Those with a bound; one more takes whatever was longer. */
    public static final int BOUNDS = 17;

    private final LongAdder[] counts = new LongAdder[BOUNDS + 1];
    private final LongAdder nanos = new LongAdder();

    public Latencies() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    public void add(long tookNanos) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, tookNanos) - 1);
        counts[Math.max(0, Math.min(bits - FIRST_BITS, BOUNDS))].increment();
        nanos.add(tookNanos);
    }

    /** In seconds: what is counted at {@code index} took at most so long, and longer than the bound before. */
    public static double boundSeconds(int index) {
        return index == BOUNDS ? Double.POSITIVE_INFINITY : (1L << (FIRST_BITS + index)) / 1e9;
    }

    /** @param index from 0 to {@link #BOUNDS} */
    public long count(int index) {
        return counts[index].sum();
    }

    public long total() {
        long total = 0;
        for (LongAdder count : counts) {
            total += count.sum();
        }
        return total;
    }

    public double sumSeconds() {
        return nanos.sum() / 1e9;
    }
}
