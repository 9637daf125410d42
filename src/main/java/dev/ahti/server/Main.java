package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigProblem;
import dev.ahti.config.ConfigSources;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process: arguments in, a running broker or one line about what is wrong out. */
public final class Main {
    private Main() {}

    public static void main(String[] words) {
        try {
            run(Arguments.parse(words));
        } catch (StartProblem | ConfigProblem e) {
            end(e.getMessage(), e);
        } catch (Exception | LinkageError e) {
            Throwable cause = unwrapped(e);
            end("cannot start: " + cause + " (AHTI_LOG_LEVEL=DEBUG shows where)", cause);
        }
    }

    private static void run(Arguments arguments) throws Exception {
        if (arguments.help()) {
            System.out.print(Arguments.HELP);
        } else if (arguments.version()) {
            System.out.println("ahti " + version());
        } else if (arguments.trainingDirectory() != null) {
            Training.run(arguments.trainingDirectory());
            System.exit(0);
        } else {
            BrokerConfig config =
                    BrokerConfig.load(new ConfigSources(arguments.settings(), System.getenv(), arguments.config()));
            Broker broker = Broker.start(config, true);
            Signals.onTermination(() -> System.exit(broker.stop() ? 0 : 1));
            System.out.println(broker.readyLine());
        }
    }

    /** The one line on stderr; what led to it only at debug. */
    private static void end(String line, Throwable cause) {
        Logger log = LoggerFactory.getLogger(Main.class);
        log.debug("Start failed", cause);
        System.err.println("ahti: " + line.replaceAll("\\s*\\R\\s*", " "));
        // Not exit: whatever was started meanwhile has nothing to save.
        Runtime.getRuntime().halt(1);
    }

    private static Throwable unwrapped(Throwable error) {
        Throwable cause = error;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not from a jar)" : version;
    }
}
