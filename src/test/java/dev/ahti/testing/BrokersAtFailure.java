package dev.ahti.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Keeps, for each test that fails, what its brokers have printed, their threads, their image and their files, before they
 * are ended: {@code target/brokers-at-failure/<class>.<method>/<pid>/}. A failure that comes once in a hundred runs is
 * understood from that or not at all. Where only the end of what a run printed is kept, the failure's message has the most
 * important of it. Registered for all tests.
 */
public final class BrokersAtFailure implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
    private static final int LAST_LINES = 3;
    private static final int MAX_PARTITIONS_CHARS = 1500;

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        throw withDigest(context, thrown);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        throw withDigest(context, thrown);
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        throw withDigest(context, thrown);
    }

    private static Throwable withDigest(ExtensionContext context, Throwable thrown) {
        List<BrokerProcess> brokers = BrokerProcess.running();
        if (brokers.isEmpty() || thrown instanceof TestAbortedException) {
            return thrown;
        }
        String test = context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName();
        StringBuilder digest = new StringBuilder(String.valueOf(thrown.getMessage())).append('\n');
        for (BrokerProcess each : brokers) {
            Path directory = Path.of("target/brokers-at-failure", test, Long.toString(each.pid()));
            digest.append("the broker at ")
                    .append(each.bootstrap())
                    .append(", kept in ")
                    .append(directory)
                    .append(":\n");
            digest.append(lastLines(each.output()));
            try {
                keep(each, directory);
            } catch (IOException | RuntimeException e) {
                digest.append("  not all is kept: ").append(e).append('\n');
            }
        }
        digest.append(partitions(page(brokers.get(0), "/ahti/partitions?limit=500")));
        return new AssertionError(digest.toString(), thrown);
    }

    private static String lastLines(String output) {
        List<String> lines = output.lines().toList();
        return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).stream()
                .map(line -> "  " + line.substring(0, Math.min(line.length(), 200)) + "\n")
                .collect(Collectors.joining());
    }

    /** Those of the tests' own topics, of which there are few. */
    private static String partitions(String json) {
        try {
            StringBuilder text = new StringBuilder();
            for (JsonNode each : new ObjectMapper().readTree(json).at("/partitions")) {
                if (!each.at("/topic").asText().startsWith("__") && text.length() < MAX_PARTITIONS_CHARS) {
                    text.append("  ").append(each).append('\n');
                }
            }
            return text.toString();
        } catch (IOException e) {
            return "  partitions: " + json + "\n";
        }
    }

    private static void keep(BrokerProcess broker, Path directory) throws IOException {
        Files.createDirectories(directory);
        String output = broker.output();
        Files.writeString(directory.resolve("output"), output);
        Files.writeString(directory.resolve("files"), files(broker.data()));
        for (String page : new String[] {"image", "brokers", "partitions"}) {
            Files.writeString(directory.resolve(page + ".json"), page(broker, "/ahti/" + page));
        }
        // Into the broker's output: that works where it answers nothing any more, and without a JDK.
        broker.printThreads();
        Files.writeString(directory.resolve("output-and-threads"), broker.output());
    }

    private static String page(BrokerProcess broker, String path) {
        try {
            return broker.http(path).body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String files(Path data) throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            return all.map(each -> each.toFile().length() + " " + data.relativize(each))
                    .collect(Collectors.joining("\n"));
        }
    }
}
