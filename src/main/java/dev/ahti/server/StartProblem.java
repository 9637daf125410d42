package dev.ahti.server;

import dev.ahti.cli.CommandProblem;
import dev.ahti.config.ConfigProblem;
import dev.ahti.log.LogDirectory;
import dev.ahti.metadata.MetadataDatabase;
import java.net.BindException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Something that stops the start. The message is one line and says what to do. */
public final class StartProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartProblem(String message) {
        this(message, null);
    }

    public StartProblem(String message, Throwable cause) {
        super(message.replaceAll("\\s*\\R\\s*", " "), cause);
    }

    /** The one line for whatever has stopped the start. */
    static StartProblem of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof StartProblem problem) {
            return problem;
        }
        if (cause instanceof ConfigProblem
                || cause instanceof CommandProblem
                || cause instanceof LogDirectory.UnusableException
                || cause instanceof MetadataDatabase.UnusableException) {
            return new StartProblem(cause.getMessage(), cause);
        }
        if (root(cause) instanceof BindException bind) {
            return new StartProblem("cannot listen: " + bind.getMessage() + "; set another port or address", cause);
        }
        return new StartProblem(
                "cannot start: " + root(cause) + " (AHTI_LOG_LEVEL=DEBUG shows where it came from)", cause);
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
