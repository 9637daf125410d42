package dev.ahti.server;

/** Something that stops the start. The message is one line and says what to do. */
public final class StartProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartProblem(String message) {
        this(message, null);
    }

    public StartProblem(String message, Throwable cause) {
        super(message.replaceAll("\\s*\\R\\s*", " "), cause);
    }
}
