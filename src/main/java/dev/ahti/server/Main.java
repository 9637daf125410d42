package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import dev.ahti.network.QuietSelectors;
import org.slf4j.LoggerFactory;

/** The process: arguments in, a running broker or one line about what is wrong out. */
public final class Main {
    private Main() {}

    public static void main(String[] words) {
        QuietSelectors.use();
        try {
            run(Arguments.parse(words));
        } catch (Exception | LinkageError e) {
            StartProblem problem = StartProblem.of(e);
            LoggerFactory.getLogger(Main.class).debug("Start failed", e);
            System.err.println("ahti: " + problem.getMessage());
            // Not exit: whatever was begun has nothing to save.
            Runtime.getRuntime().halt(1);
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

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not from a jar)" : version;
    }
}
