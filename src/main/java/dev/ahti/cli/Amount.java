package dev.ahti.cli;

import java.util.Locale;

/** Bytes as people read them. */
final class Amount {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Amount() {}

    static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 || amount >= 100
                ? Math.round(amount) + " " + UNITS[unit]
                : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }
}
