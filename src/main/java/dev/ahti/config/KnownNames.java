package dev.ahti.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which names mean something: to us, or at least to Kafka. */
final class KnownNames {
    /** Families of names that Kafka builds from what the user chooses. */
    private static final List<String> KAFKA_PREFIXES =
            List.of("listener.name.", "config.providers.", "rlmm.config.", "rsm.config.", "sasl.", "ssl.");

    private static final int FARTHEST_SUGGESTION = 4;

    private KnownNames() {}

    static boolean ours(String name) {
        return Definitions.ALL.configKeys().containsKey(name);
    }

    /** Reads the list each time: it is needed only where somebody set a name that is not ours. */
    static boolean kafkas(String name) {
        return KAFKA_PREFIXES.stream().anyMatch(name::startsWith)
                || kafkaNames().contains(name);
    }

    static Set<String> kafkaNames() {
        try (InputStream list = KnownNames.class.getResourceAsStream("kafka-broker-configs.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))) {
            return lines.lines().collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The known name most like this one, unless none is. */
    static Optional<String> nearest(String name) {
        Set<String> known = new TreeSet<>(Definitions.ALL.names());
        known.addAll(kafkaNames());
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= FARTHEST_SUGGESTION)
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)));
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
