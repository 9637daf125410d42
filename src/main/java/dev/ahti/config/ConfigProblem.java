package dev.ahti.config;

/** A setting that stops the start. The message is one line and says what to do. */
public final class ConfigProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigProblem(String message) {
        super(message.replaceAll("\\s*\\R\\s*", " "));
    }
}
