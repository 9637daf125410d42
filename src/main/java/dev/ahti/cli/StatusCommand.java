package dev.ahti.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** {@code ahti status}: how the cluster is, as any of its brokers tells. */
public final class StatusCommand {
    static final int WELL = 0;
    static final int NOT_WELL = 1;
    static final int NO_ANSWER = 2;

    private static final String HELP =
            """
            Says how the cluster is: its brokers, partitions out of sync, how far groups are behind, directories that
            no topic claims.

            usage: ahti status [--management URL]...

              --management URL   management address of a broker, as http://127.0.0.1:8558; any one of the cluster will
                                 do. Several, also separated by commas: the first that answers is asked
              --help             says this

            Without it: the address that AHTI_MANAGEMENT_HOST and AHTI_MANAGEMENT_PORT say, else http://127.0.0.1:8558.
            AHTI_MANAGEMENT_USER and AHTI_MANAGEMENT_PASSWORD are used where brokers ask for them. With https, the
            certificates in the file AHTI_MANAGEMENT_TLS_CERTIFICATE are trusted.

            Exit status: 0 where all is well; 1 where a broker is fenced, away or not ready, the metadata have no
            holder, or a partition is out of sync; 2 where no broker answers. Lag and strays do not count.
            """;

    private StatusCommand() {}

    /** @return the exit status */
    public static int run(List<String> words, Map<String, String> environment, PrintStream out, PrintStream err) {
        try {
            List<String> urls = urls(words);
            if (urls == null) {
                out.print(HELP);
                return WELL;
            }
            return show(urls.isEmpty() ? List.of(byDefault(environment)) : urls, environment, out);
        } catch (CommandProblem e) {
            err.println("ahti: " + e.getMessage());
            return NO_ANSWER;
        }
    }

    /** Null where help is wanted. */
    private static List<String> urls(List<String> words) {
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            switch (words.get(i)) {
                case "--help", "-h" -> {
                    return null;
                }
                case "--management" -> {
                    if (++i == words.size()) {
                        throw new CommandProblem("something is missing at the end: write --management URL");
                    }
                    urls.addAll(Arrays.asList(words.get(i).split(",")));
                }
                default ->
                    throw new CommandProblem(
                            "'" + words.get(i) + "' is no argument of ahti status: see ahti status --help");
            }
        }
        return urls;
    }

    private static String byDefault(Map<String, String> environment) {
        String host = environment.getOrDefault("AHTI_MANAGEMENT_HOST", "127.0.0.1");
        return (environment.containsKey("AHTI_MANAGEMENT_TLS_CERTIFICATE") ? "https://" : "http://")
                + Addresses.reachedAt(host) + ":"
                + environment.getOrDefault("AHTI_MANAGEMENT_PORT", "8558");
    }

    private static int show(List<String> urls, Map<String, String> environment, PrintStream out) {
        List<String> silent = new ArrayList<>();
        for (String url : urls) {
            try {
                ClusterStatus status = ClusterStatus.ask(ManagementClient.of(url.strip(), environment));
                out.print(status.text());
                return status.problems().isEmpty() ? WELL : NOT_WELL;
            } catch (IOException e) {
                silent.add(url + " (" + e.getMessage() + ")");
            }
        }
        throw new CommandProblem("no broker answers at " + String.join(", ", silent)
                + ": start one, or name another with --management URL");
    }
}
