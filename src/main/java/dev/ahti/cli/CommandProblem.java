package dev.ahti.cli;

/** What keeps a command from being done. The message is one line and says what to do. */
public final class CommandProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandProblem(String message) {
        super(message.replaceAll("\\s*\\R\\s*", " "));
    }
}
