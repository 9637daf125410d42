package dev.ahti.log;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Seeds of random comparisons: those that once found something always, new ones in the long form. */
final class Seeds {
    private Seeds() {}

    /** @param given 0 for a new one, {@code -Dahti.long=true} only */
    static long of(long given) {
        assumeTrue(given != 0 || Boolean.getBoolean("ahti.long"), "random seeds are for the long form");
        return given == 0 ? System.nanoTime() : given;
    }
}
