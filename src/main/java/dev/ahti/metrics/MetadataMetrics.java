package dev.ahti.metrics;

import java.util.concurrent.atomic.LongAdder;

/** What the metadata of a broker count, totals since the start; and what its singleton is at, where that is here. */
public final class MetadataMetrics {
    /** Partitions that this broker has begun to lead, but for new ones. */
    public final LongAdder elections = new LongAdder();

    /** In-sync replicas that became fewer, of partitions that this broker leads. */
    public final LongAdder isrShrinks = new LongAdder();

    public final LongAdder isrExpands = new LongAdder();

    /** From a request's turn until its events are stored; only where the singleton is. */
    public final Latencies journalWrites = new Latencies();

    /** Writes that failed. */
    public final LongAdder journalFailures = new LongAdder();

    private volatile boolean singleton;
    private volatile int sessions;

    /** Whether this broker holds the singleton, and has begun its epoch. */
    public boolean singleton() {
        return singleton;
    }

    public void singleton(boolean here) {
        singleton = here;
    }

    /** Brokers in session with the singleton here; 0 where it is not. */
    public int sessions() {
        return sessions;
    }

    public void sessions(int now) {
        sessions = now;
    }
}
