package dev.ahti.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Keeps, for each test that fails, what its brokers have printed, their threads, their image and their files, before they
 * are ended: {@code target/brokers-at-failure/<class>.<method>/<pid>/}. A failure that comes once in a hundred runs is
 * understood from that or not at all. Registered for all tests.
 */
public final class BrokersAtFailure implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        keep(context);
        throw thrown;
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        keep(context);
        throw thrown;
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        keep(context);
        throw thrown;
    }

    private static void keep(ExtensionContext context) {
        String test = context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName();
        BrokerProcess.running().forEach(each -> {
            try {
                keep(each, Path.of("target/brokers-at-failure", test, Long.toString(each.pid())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void keep(BrokerProcess broker, Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("output"), broker.output());
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
