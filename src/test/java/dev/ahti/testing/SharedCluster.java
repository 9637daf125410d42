package dev.ahti.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One {@link TestCluster} of three for all tests that ask for it as a parameter; each begins with all brokers live, whatever
 * the one before has done to them.
 */
public final class SharedCluster implements ParameterResolver, BeforeEachCallback {

    private record Held(TestCluster cluster, Path directory) implements AutoCloseable {
        static Held start() {
            try {
                Path directory = Files.createTempDirectory("ahti-cluster");
                return new Held(new TestCluster(3, directory), directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            cluster.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static TestCluster cluster(ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(SharedCluster.class))
                .getOrComputeIfAbsent(SharedCluster.class, key -> Held.start(), Held.class)
                .cluster();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        cluster(context).startAll();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }
}
