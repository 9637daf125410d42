package dev.ahti.server;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The command line.
 *
 * @param config null without {@code --config}
 * @param trainingDirectory where {@code --train}, which is the launcher's, may write; null without it
 */
record Arguments(Path config, Map<String, String> settings, boolean help, boolean version, Path trainingDirectory) {

    static final String HELP =
            """
            Ahti: a Kafka-compatible broker

            usage: ahti [--config FILE] [--set name=value]...   runs a broker
                   ahti status [--management URL]...            how the cluster is (ahti status --help)
                   ahti doctor [--config FILE] [--set name=value]...   whether a broker can run here

              --config FILE      settings as Kafka's server.properties, or as HOCON where its name ends in .conf
              --set name=value   one setting; stronger than the environment (AHTI_NODE_ID, ...), which is stronger
                                 than the file
              --version          says which version this is
              --help             says this

            Without any of it: broker 1, Kafka at 127.0.0.1:9092, management at http://127.0.0.1:8558, data in
            ./ahti-data. Every setting is in docs/configuration.md.
            """;

    static Arguments parse(String[] words) {
        Path config = null;
        Path training = null;
        boolean help = false;
        boolean version = false;
        Map<String, String> settings = new LinkedHashMap<>();
        for (int i = 0; i < words.length; i++) {
            switch (words[i]) {
                case "--config" -> config = Path.of(value(words, ++i, "--config FILE"));
                case "--set" -> addSetting(settings, value(words, ++i, "--set name=value"));
                case "--train" -> training = Path.of(value(words, ++i, "--train DIRECTORY"));
                case "--help", "-h" -> help = true;
                case "--version" -> version = true;
                default -> throw new StartProblem("'" + words[i] + "' is no argument of ahti: see ahti --help");
            }
        }
        return new Arguments(config, settings, help, version, training);
    }

    private static String value(String[] words, int at, String form) {
        if (at == words.length) {
            throw new StartProblem("something is missing at the end: write " + form);
        }
        return words[at];
    }

    private static void addSetting(Map<String, String> settings, String word) {
        int equals = word.indexOf('=');
        if (equals < 1) {
            throw new StartProblem("'" + word + "' after --set has no value: write --set name=value");
        }
        settings.put(
                word.substring(0, equals).strip(), word.substring(equals + 1).strip());
    }
}
