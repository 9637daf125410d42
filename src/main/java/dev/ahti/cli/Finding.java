package dev.ahti.cli;

/**
 * One line of {@code ahti doctor}.
 *
 * @param line what was found and, unless all is well, what to do
 */
record Finding(Level level, String subject, String line) {

    enum Level {
        OK,
        WARN,
        BAD
    }

    static Finding ok(String subject, String line) {
        return new Finding(Level.OK, subject, line);
    }

    static Finding warn(String subject, String line) {
        return new Finding(Level.WARN, subject, line);
    }

    static Finding bad(String subject, String line) {
        return new Finding(Level.BAD, subject, line);
    }
}
