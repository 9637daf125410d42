package dev.ahti.server;

import java.lang.management.ManagementFactory;
import java.util.StringJoiner;

/** How long each phase of a start took, from the start of the JVM on: it is meant to be quick. */
final class PhaseTimes {
    private final StringJoiner phases = new StringJoiner(", ");
    private long last = ManagementFactory.getRuntimeMXBean().getStartTime();

    void passed(String phase) {
        long now = System.currentTimeMillis();
        phases.add(phase + " " + (now - last) + " ms");
        last = now;
    }

    @Override
    public String toString() {
        return phases.toString();
    }
}
