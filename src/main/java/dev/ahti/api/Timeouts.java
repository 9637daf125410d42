package dev.ahti.api;

import java.time.Duration;

/** How long a request for a change of metadata may wait. */
public final class Timeouts {
    private static final int MAX_MS = 120_000;

    private Timeouts() {}

    /** A client may ask for any number; it has given up long before this limit. */
    public static Duration of(int timeoutMs) {
        return Duration.ofMillis(Math.max(0, Math.min(timeoutMs, MAX_MS)));
    }
}
