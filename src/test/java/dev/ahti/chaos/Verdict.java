package dev.ahti.chaos;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What happened in a run, with its time, and what must not have happened. Every line is printed at once. */
final class Verdict {
    private static final int SHOWN_OF_A_KIND = 20;

    private final PrintStream out;
    private final long startNanos = System.nanoTime();
    private final List<String> violations = new ArrayList<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private final Map<String, List<Long>> millis = new LinkedHashMap<>();

    Verdict(PrintStream out) {
        this.out = out;
    }

    synchronized void say(String line) {
        double seconds = Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1000.0;
        out.printf("[%7.1f s] %s%n", seconds, line);
        out.flush();
    }

    /** Something that a correct cluster never does. Only the first of a kind are shown. */
    synchronized void violation(String kind, String what) {
        violations.add(kind + ": " + what);
        int before = counts.merge("VIOLATION " + kind, 1, Integer::sum);
        if (before <= SHOWN_OF_A_KIND) {
            say("VIOLATION, " + kind + ": " + what);
        }
    }

    synchronized void count(String what) {
        count(what, 1);
    }

    synchronized void count(String what, int by) {
        counts.merge(what, by, Integer::sum);
    }

    synchronized void measured(String what, long ms) {
        millis.computeIfAbsent(what, key -> new ArrayList<>()).add(ms);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized void summary() {
        counts.forEach((what, count) -> out.println("  " + count + " x " + what));
        millis.forEach((what, all) -> {
            List<Long> sorted = all.stream().sorted().toList();
            out.println("  ms " + what + ": median " + sorted.get(sorted.size() / 2) + ", worst "
                    + sorted.get(sorted.size() - 1) + " of " + sorted.size());
        });
        out.flush();
    }
}
