package dev.ahti.api.virtual;

import java.util.concurrent.TimeUnit;

/** How long other brokers may take for requests that do not say so. */
final class Deadlines {
    /** Clients give up after thirty seconds at the earliest, by default. */
    static final long READ_NANOS = TimeUnit.SECONDS.toNanos(10);

    private Deadlines() {}
}
