package dev.ahti.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One Ahti beside one Kafka 4.3.1, for all tests that ask for them as a parameter: what Kafka's tools print of both. */
public final class BesideKafka implements ParameterResolver {

    /** Both brokers, and a directory of their own. */
    public record Both(BrokerProcess ahti, KafkaProcess kafka, Path directory) implements AutoCloseable {

        private static Both start() {
            try {
                Path directory = Files.createTempDirectory("beside-kafka");
                // Nobody needs to wait for a group's first members.
                BrokerProcess ahti = BrokerProcess.on(directory.resolve("ahti"))
                        .with("group.initial.rebalance.delay.ms", "0")
                        .launch();
                Both both = new Both(ahti, new KafkaProcess(directory.resolve("kafka")), directory);
                try {
                    ahti.awaitReady();
                    return both;
                } catch (RuntimeException | Error e) {
                    both.close();
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What Ahti's output was, once it is the same as Kafka's; ids, ports and times masked. */
        public String run(String name, String... arguments) {
            return runWithInput("", name, arguments);
        }

        public String runWithInput(String input, String name, String... arguments) {
            String expected = tool(kafka.bootstrap(), name, input, arguments);
            String actual = tool(ahti.bootstrap(), name, input, arguments);
            assertThat(actual).as(name + " " + String.join(" ", arguments)).isEqualTo(expected);
            return actual;
        }

        @Override
        public void close() throws IOException {
            ahti.close();
            kafka.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Its status and output. */
    public static String tool(String bootstrap, String name, String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", bootstrap));
        all.addAll(List.of(arguments));
        KafkaTool.Result result = KafkaTool.run(name, input, all.toArray(String[]::new));
        return "status " + result.status() + "\n" + masked(result.output());
    }

    private static String masked(String output) {
        return output.replaceAll("TopicId: \\S+", "TopicId: ID")
                .replaceAll("127\\.0\\.0\\.1:\\d+", "HOST")
                .replaceAll("(?m)^\\s+(at |\\.\\.\\. \\d+ more).*\\R", "")
                .replaceAll("\\d\\d:\\d\\d:\\d\\d\\.\\d+", "TIME")
                .replaceAll("adminclient-\\d+", "CLIENT")
                // A log directory of Kafka can be cordoned off (KIP-1066); ours is the broker's only one.
                .replace(" or some brokers have all their log directories cordoned", "")
                // Kafka finalizes ELR and then keeps the cluster's minimum as a dynamic default, which shows here.
                .replaceAll("Configs: (.*?)min\\.insync\\.replicas=1,?", "Configs: $1");
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Both.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(BesideKafka.class))
                .getOrComputeIfAbsent(BesideKafka.class, key -> Both.start(), Both.class);
    }
}
