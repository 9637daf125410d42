package dev.ahti.server;

import com.typesafe.config.ConfigFactory;
import dev.ahti.cli.DoctorCommand;
import dev.ahti.cli.StatusCommand;
import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import dev.ahti.model.AhtiVersion;
import dev.ahti.network.QuietSelectors;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;

/** The process: arguments in, a running broker or one line about what is wrong out. */
public final class Main {
    private Main() {}

    public static void main(String[] words) {
        QuietSelectors.use();
        try {
            run(words);
        } catch (Exception | LinkageError e) {
            StartProblem problem = StartProblem.of(e);
            LoggerFactory.getLogger(Main.class).debug("Start failed", e);
            System.err.println("ahti: " + problem.getMessage());
            // Not exit: whatever was begun has nothing to save.
            Runtime.getRuntime().halt(1);
        }
    }

    private static void run(String[] words) throws Exception {
        List<String> all = List.of(words);
        if (!all.isEmpty() && all.get(0).equals("status")) {
            System.exit(StatusCommand.run(all.subList(1, all.size()), System.getenv(), System.out, System.err));
        } else if (!all.isEmpty() && all.get(0).equals("doctor")) {
            Arguments arguments = Arguments.parse(all.subList(1, all.size()).toArray(String[]::new));
            System.exit(doctor(arguments));
        } else {
            run(Arguments.parse(words));
        }
    }

    private static int doctor(Arguments arguments) {
        if (arguments.help()) {
            System.out.print(DoctorCommand.HELP);
            return 0;
        }
        return DoctorCommand.run(load(arguments), System.out);
    }

    private static BrokerConfig load(Arguments arguments) {
        return BrokerConfig.load(new ConfigSources(arguments.settings(), System.getenv(), arguments.config()));
    }

    private static void run(Arguments arguments) throws Exception {
        if (arguments.help()) {
            System.out.print(Arguments.HELP);
        } else if (arguments.version()) {
            System.out.println("ahti " + AhtiVersion.ofJar().orElse("(not from a jar)"));
        } else if (arguments.trainingDirectory() != null) {
            Training.run(arguments.trainingDirectory());
            System.exit(0);
        } else {
            CompletableFuture.runAsync(ConfigFactory::load); // kept for Startup: it takes as long as all before its use
            Broker broker = Broker.start(load(arguments), true);
            Signals.onTermination(() -> System.exit(broker.stop() ? 0 : 1));
            System.out.println(broker.readyLine());
        }
    }
}
