package dev.ahti.system;

import static dev.ahti.testing.BesideKafka.tool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BesideKafka;
import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.KafkaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka's own tools print the same against Ahti as against Kafka 4.3.1; ids, ports and times masked. */
@ExtendWith(BesideKafka.class)
class KafkaToolsIT {
    private static BrokerProcess ahti;
    private static KafkaProcess kafka;
    private static Path directory;
    private static BesideKafka.Both both;

    @BeforeAll
    static void startBoth(BesideKafka.Both started) {
        both = started;
        ahti = started.ahti();
        kafka = started.kafka();
        directory = started.directory();
    }

    private static String both(String name, String... arguments) {
        return both.run(name, arguments);
    }

    private static String bothWithInput(String input, String name, String... arguments) {
        return both.runWithInput(input, name, arguments);
    }

    @Test
    void topicsAreCreatedDescribedAlteredAndDeletedAsInKafka() {
        String created = both(
                "kafka-topics", "--create", "--topic", "orders", "--partitions", "3", "--config", "retention.ms=9");
        assertThat(created).isEqualTo("status 0\nCreated topic orders.\n");
        both("kafka-topics", "--create", "--topic", "orders");
        both("kafka-topics", "--create", "--topic", "orders", "--if-not-exists");
        both("kafka-topics", "--describe", "--topic", "orders");
        both("kafka-topics", "--alter", "--topic", "orders", "--partitions", "5");
        both("kafka-topics", "--alter", "--topic", "orders", "--partitions", "4");
        assertThat(both("kafka-topics", "--describe", "--topic", "orders")).contains("Partition: 4\tLeader: 1");
        assertThat(both("kafka-topics", "--list")).contains("orders");
        both("kafka-topics", "--delete", "--topic", "orders");
        both("kafka-topics", "--delete", "--topic", "orders");
        both("kafka-topics", "--describe", "--topic", "orders");
    }

    @Test
    void wrongTopicsAreRefusedAsInKafka() {
        both("kafka-topics", "--create", "--topic", "no good");
        both("kafka-topics", "--create", "--topic", "x".repeat(250));
        both("kafka-topics", "--create", "--topic", "none", "--partitions", "0");
        both("kafka-topics", "--create", "--topic", "two", "--replication-factor", "2");
        both("kafka-topics", "--create", "--topic", "far", "--replica-assignment", "7");
        both("kafka-topics", "--create", "--topic", "odd", "--config", "no.such.config=1");
        both("kafka-topics", "--create", "--topic", "odd", "--config", "retention.ms=soon");
        both("kafka-topics", "--create", "--topic", "odd", "--config", "cleanup.policy=burn");
    }

    @Test
    void aManualAssignmentIsKept() {
        both("kafka-topics", "--create", "--topic", "placed", "--replica-assignment", "1,1");
        assertThat(both("kafka-topics", "--describe", "--topic", "placed")).contains("PartitionCount: 2");
    }

    @Test
    void configsAreChangedAndShownAsInKafka() {
        both("kafka-topics", "--create", "--topic", "settings");
        String[] topic = {"--entity-type", "topics", "--entity-name", "settings"};
        both(
                "kafka-configs",
                with(topic, "--alter", "--add-config", "retention.ms=1000,cleanup.policy=[compact,delete]"));
        assertThat(both("kafka-configs", with(topic, "--describe"))).contains("retention.ms=1000");
        both("kafka-configs", with(topic, "--alter", "--delete-config", "retention.ms"));
        both("kafka-configs", with(topic, "--alter", "--add-config", "retention.bytes=many"));
        both("kafka-configs", with(topic, "--alter", "--add-config", "no.such=1"));
        both("kafka-configs", with(topic, "--alter", "--delete-config", "no.such"));
        both("kafka-configs", "--entity-type", "topics", "--entity-name", "absent", "--describe");
        both(
                "kafka-configs",
                "--entity-type",
                "topics",
                "--entity-name",
                "absent",
                "--alter",
                "--add-config",
                "retention.ms=1");
        both("kafka-configs", "--entity-type", "brokers", "--entity-name", "1", "--describe");
    }

    @Test
    void allConfigsOfATopicHaveKafkasNamesAndDefaults() {
        both("kafka-topics", "--create", "--topic", "defaults");
        String[] all = {"--entity-type", "topics", "--entity-name", "defaults", "--describe", "--all"};
        String ours = tool(ahti.bootstrap(), "kafka-configs", "", all);
        String theirs = tool(kafka.bootstrap(), "kafka-configs", "", all);
        Pattern value = Pattern.compile("^  (\\S+=\\S*)", Pattern.MULTILINE);
        List<String> expected =
                value.matcher(theirs).results().map(m -> m.group(1)).toList();
        assertThat(expected).hasSizeGreaterThan(30);
        assertThat(value.matcher(ours).results().map(m -> m.group(1)).toList())
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static String[] with(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void recordsFromTheConsoleComeBackWithKeysHeadersAndOffsets() throws IOException {
        both("kafka-topics", "--create", "--topic", "console", "--partitions", "1");
        String lines = "h1:v1,h2:v2\tk1\tvalue one\nh0:\tk2\tvalue two\nh3:\tk3\tvalue three\n";
        bothWithInput(
                lines,
                "kafka-console-producer",
                "--topic",
                "console",
                "--reader-property",
                "parse.key=true",
                "--reader-property",
                "parse.headers=true");
        String read = both(
                "kafka-console-consumer",
                "--topic",
                "console",
                "--partition",
                "0",
                "--offset",
                "earliest",
                "--max-messages",
                "3",
                "--formatter-property",
                "print.key=true",
                "--formatter-property",
                "print.headers=true",
                "--formatter-property",
                "print.offset=true");
        assertThat(read).contains("Offset:2").contains("value three").contains("h1:v1,h2:v2");
        both("kafka-get-offsets", "--topic", "console");
        both("kafka-get-offsets", "--topic", "console", "--time", "-2");
        both("kafka-get-offsets", "--topic", "console", "--time", "0");
        both("kafka-get-offsets", "--topic", "console", "--time", "99999999999999");
        Path json = directory.resolve("delete.json");
        Files.writeString(
                json, "{\"partitions\":[{\"topic\":\"console\",\"partition\":0,\"offset\":2}],\"version\":1}");
        both("kafka-delete-records", "--offset-json-file", json.toString());
        assertThat(both("kafka-get-offsets", "--topic", "console", "--time", "-2"))
                .contains("console:0:2");
        Files.writeString(
                json, "{\"partitions\":[{\"topic\":\"console\",\"partition\":0,\"offset\":9}],\"version\":1}");
        both("kafka-delete-records", "--offset-json-file", json.toString());
    }

    @Test
    void logDirectoriesAreDescribedAsInKafka() {
        both("kafka-topics", "--create", "--topic", "dirs", "--partitions", "1");
        String[] arguments = {"--describe", "--topic-list", "dirs"};
        // In both, a broker opens the log after the topic was answered.
        String ours = awaitPartition(ahti.bootstrap(), arguments);
        String theirs = awaitPartition(kafka.bootstrap(), arguments);
        String directories = "\"logDir\":\"[^\"]*\"";
        assertThat(ours.replaceAll(directories, "")).isEqualTo(theirs.replaceAll(directories, ""));
        assertThat(ours).contains(directory.resolve("ahti").toString());
    }

    private static String awaitPartition(String bootstrap, String... arguments) {
        return Awaitility.await()
                .until(() -> tool(bootstrap, "kafka-log-dirs", "", arguments), output -> output.contains("dirs-0"));
    }

    @Test
    void everyAdvertisedApiHasKafkasVersions() {
        Pattern api = Pattern.compile("^\\s+(\\w+)\\((\\d+)\\): (\\d+(?: to \\d+)?)", Pattern.MULTILINE);
        List<String> theirs = apis(api, tool(kafka.bootstrap(), "kafka-broker-api-versions", ""));
        List<String> ours = apis(api, tool(ahti.bootstrap(), "kafka-broker-api-versions", ""));
        assertThat(ours).hasSizeGreaterThanOrEqualTo(18).isSubsetOf(theirs);
    }

    private static List<String> apis(Pattern api, String output) {
        return api.matcher(output)
                .results()
                .map(m -> m.group(1) + " " + m.group(3))
                .toList();
    }

    @Test
    void thePerformanceTestProducerFinishes() {
        both("kafka-topics", "--create", "--topic", "perf", "--partitions", "2");
        String[] arguments = {
            "--topic", "perf", "--num-records", "20000", "--record-size", "500", "--throughput", "-1",
        };
        assertThat(tool(ahti.bootstrap(), "kafka-producer-perf-test", "", arguments))
                .startsWith("status 0")
                .contains("20000 records sent");
        assertThat(tool(ahti.bootstrap(), "kafka-get-offsets", "", "--topic", "perf")
                        .lines()
                        .filter(line -> line.startsWith("perf:"))
                        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(':') + 1)))
                        .sum())
                .isEqualTo(20000);
    }

    @Test
    void kcatListsProducesAndConsumes() throws Exception {
        both("kafka-topics", "--create", "--topic", "cats", "--partitions", "1");
        for (String bootstrap : List.of(kafka.bootstrap(), ahti.bootstrap())) {
            assertThat(kcat("k:v\nk2:v2\n", "-b", bootstrap, "-P", "-t", "cats", "-K:", "-z", "lz4", "-H", "a=b"))
                    .isEmpty();
        }
        String[] consume = {"-C", "-t", "cats", "-p", "0", "-o", "beginning", "-e", "-q", "-f", "%o %k %s %h\n"};
        assertThat(kcat("", with(new String[] {"-b", ahti.bootstrap()}, consume)))
                .isEqualTo("0 k v a=b\n1 k2 v2 a=b\n")
                .isEqualTo(kcat("", with(new String[] {"-b", kafka.bootstrap()}, consume)));
        assertThat(kcat("", "-b", ahti.bootstrap(), "-L", "-t", "cats"))
                .contains("1 brokers")
                .contains("partition 0, leader 1, replicas: 1, isrs: 1");
    }

    private static String kcat(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("kcat"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
