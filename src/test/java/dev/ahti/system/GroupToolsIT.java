package dev.ahti.system;

import static dev.ahti.testing.BesideKafka.tool;
import static dev.ahti.testing.GroupMembers.slot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BesideKafka;
import dev.ahti.testing.GroupMembers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.acl.AclOperation;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's tools for groups print the same against Ahti as against Kafka 4.3.1; ids, ports and times masked. */
@ExtendWith(BesideKafka.class)
class GroupToolsIT {
    private static BesideKafka.Both both;

    @BeforeAll
    static void startBoth(BesideKafka.Both started) {
        both = started;
    }

    /** What Ahti's output was, once it has the same lines as Kafka's, in whatever order. */
    private static String both(String name, String... arguments) {
        String expected = masked(tool(both.kafka().bootstrap(), name, "", arguments));
        String actual = masked(tool(both.ahti().bootstrap(), name, "", arguments));
        assertThat(actual).as(name + " " + String.join(" ", arguments)).isEqualTo(expected);
        return actual;
    }

    private static String masked(String output) {
        return output.lines()
                // Widths of columns follow what is in them.
                .map(line -> line.strip().replaceAll("\\s+", " "))
                // First of all: with five digits it is as long as an id.
                .map(line -> line.replaceAll("console-consumer-\\d+", "console-consumer-N")
                        .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID")
                        .replaceAll(" [-\\w]{22} ", " UUID ")
                        .replaceAll("\"topicId\":\"[-\\w]{22}\"", "\"topicId\":ID")
                        .replaceAll("\"(commitTimestamp|expireTimestamp|currentStateTimestamp)\":\\d+", "\"$1\":TIME"))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private static String groups(String... arguments) {
        return both("kafka-consumer-groups", arguments);
    }

    private static void records(String topic, int partitions, int count) {
        both.run("kafka-topics", "--create", "--topic", topic, "--partitions", Integer.toString(partitions));
        String lines = Stream.iterate(1, i -> i + 1)
                .limit(count)
                .map(i -> "key" + i + ":value " + i + "\n")
                .collect(Collectors.joining());
        both.runWithInput(
                lines,
                "kafka-console-producer",
                "--topic",
                topic,
                "--reader-property",
                "parse.key=true",
                "--reader-property",
                "key.separator=:");
        // The tool sends the last of them when its process ends, or a second later: here it is the latter.
        for (String bootstrap : bootstraps()) {
            Awaitility.await(count + " records in " + topic)
                    .until(
                            () -> tool(bootstrap, "kafka-get-offsets", "", "--topic", topic),
                            offsets -> offsets.lines()
                                            .filter(line -> line.startsWith(topic + ":"))
                                            .mapToInt(
                                                    line -> Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)))
                                            .sum()
                                    == count);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void theConsoleConsumerReadsOnWhereItsGroupStopped(String protocol) {
        String topic = "read-" + protocol;
        records(topic, 1, 5);
        String[] read = {
            "--topic",
            topic,
            "--group",
            topic,
            "--from-beginning",
            "--timeout-ms",
            "30000",
            "--consumer-property",
            "group.protocol=" + protocol
        };
        assertThat(both("kafka-console-consumer", with(read, "--max-messages", "3")))
                .contains("value 3")
                .contains("Processed a total of 3 messages");
        assertThat(groups("--describe", "--group", topic)).contains(topic + " " + topic + " 0 3 5 2 - - -");
        assertThat(both("kafka-console-consumer", with(read, "--max-messages", "2")))
                .contains("value 5")
                .doesNotContain("value 3");
        assertThat(groups("--describe", "--group", topic, "--state")).contains("Empty 0");
        groups("--describe", "--group", topic, "--members");
        groups("--delete", "--group", topic);
        groups("--describe", "--group", topic);
    }

    @Test
    void theConsoleConsumerWithoutAGroupOfItsOwnReadsToo() {
        records("alone", 1, 2);

        assertThat(both(
                        "kafka-console-consumer",
                        "--topic",
                        "alone",
                        "--from-beginning",
                        "--max-messages",
                        "2",
                        "--timeout-ms",
                        "30000"))
                .contains("value 2");
    }

    @Test
    void offsetsAreResetInAllForms() throws IOException {
        records("reset", 3, 9);
        String[] group = {"--group", "reset", "--reset-offsets"};
        String[] all = with(group, "--topic", "reset");
        groups(with(all, "--to-earliest", "--dry-run"));
        groups("--describe", "--group", "reset");
        assertThat(groups(with(all, "--to-latest", "--execute"))).contains("reset reset 2");
        groups(with(all, "--to-earliest", "--execute"));
        groups(with(all, "--shift-by", "1", "--execute"));
        groups(with(all, "--shift-by", "-9", "--execute"));
        groups(with(all, "--to-offset", "2", "--execute"));
        groups(with(all, "--to-datetime", "2000-01-01T00:00:00.000", "--execute"));
        groups(with(all, "--by-duration", "P1000D", "--execute"));
        groups(with(all, "--by-duration", "PT0S", "--execute"));
        groups(with(all, "--to-current", "--execute"));
        groups(with(group, "--topic", "reset:1", "--to-offset", "1", "--execute"));
        groups(with(group, "--all-topics", "--to-current", "--dry-run"));
        String exported = groups(with(group, "--all-topics", "--to-current", "--export"));
        Path file = both.directory().resolve("reset.csv");
        Files.writeString(
                file,
                exported.lines().filter(line -> line.matches("\"?reset\"?,.*")).collect(Collectors.joining("\n"))
                        + "\n");
        groups(with(group, "--from-file", file.toString(), "--execute"));
        groups(with(group, "--topic", "absent", "--to-earliest", "--execute"));
        groups("--describe", "--group", "reset", "--offsets");
    }

    @Test
    void groupsAndTheirOffsetsAreDeletedAndListed() {
        records("bought", 2, 4);
        for (String group : List.of("doomed", "kept")) {
            groups("--group", group, "--reset-offsets", "--topic", "bought", "--to-latest", "--execute");
        }
        assertThat(groups("--delete-offsets", "--group", "kept", "--topic", "bought:1"))
                .contains("Successful");
        groups("--delete-offsets", "--group", "kept", "--topic", "absent");
        groups("--delete-offsets", "--group", "absent", "--topic", "bought");
        groups("--describe", "--group", "kept");
        assertThat(groups("--delete", "--group", "doomed", "--group", "absent")).contains("GroupIdNotFound");
        groups("--describe", "--group", "doomed");
        groups("--describe", "--group", "doomed", "--members");
        groups("--describe", "--group", "doomed", "--state");
        assertThat(groups("--list")).contains("kept").doesNotContain("doomed");
        groups("--list", "--state");
        groups("--list", "--state", "empty");
        groups("--list", "--state", "stable");
        groups("--list", "--type");
        groups("--list", "--type", "classic");
        groups("--list", "--type", "consumer", "--state", "empty");
        assertThat(both("kafka-groups", "--list")).contains("kept Classic");
        both("kafka-groups", "--list", "--consumer");
        both("kafka-groups", "--list", "--group-type", "classic");
        both("kafka-groups", "--list", "--protocol", "consumer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aGroupWithAMemberIsDescribedAndKeepsWhatItHas(String protocol) throws Exception {
        String name = "active-" + protocol;
        records(name, 2, 4);
        try (GroupMembers ours = member(both.ahti().bootstrap(), name, protocol);
                GroupMembers theirs = member(both.kafka().bootstrap(), name, protocol)) {
            List<String> values = List.of("value 1", "value 2", "value 3", "value 4");
            for (GroupMembers group : List.of(ours, theirs)) {
                group.awaitDivided(2);
                group.awaitConsumed(values);
            }
            // All that was consumed is committed by now, or soon: the tool stops both.
            groups("--group", name, "--reset-offsets", "--topic", name, "--to-earliest", "--execute");
            assertThat(groups("--describe", "--group", name, "--members", "--verbose"))
                    .contains("/127.0.0.1");
            assertThat(groups("--describe", "--group", name, "--state")).contains("Stable");
            groups("--describe", "--group", name, "--state", "--verbose");
            assertThat(groups("--delete", "--group", name)).contains("GroupNotEmpty");
            assertThat(groups("--delete-offsets", "--group", name, "--topic", name))
                    .contains("Error");
            groups("--list", "--state", "stable", "--type", protocol);
            assertThat(operations(both.ahti().bootstrap(), name))
                    .isEqualTo(operations(both.kafka().bootstrap(), name))
                    .contains(AclOperation.READ);
        }
        assertThat(groups("--describe", "--group", name)).contains("has no active members");
        groups("--describe", "--group", name, "--offsets", "--verbose");
    }

    private static GroupMembers member(String bootstrap, String name, String protocol) {
        return new GroupMembers(bootstrap, name, List.of(name), Map.of("group.protocol", protocol)).join("member");
    }

    private static Set<AclOperation> operations(String bootstrap, String group) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeConsumerGroups(
                            List.of(group), new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                    .describedGroups()
                    .get(group)
                    .get()
                    .authorizedOperations();
        }
    }

    @Test
    void configsOfGroupsAreChangedAndShown() {
        String[] group = {"--entity-type", "groups", "--entity-name", "configured"};
        both("kafka-configs", with(group, "--alter", "--add-config", "consumer.session.timeout.ms=50000"));
        assertThat(both("kafka-configs", with(group, "--describe"))).contains("50000");
        both("kafka-configs", with(group, "--alter", "--add-config", "consumer.session.timeout.ms=1"));
        both("kafka-configs", with(group, "--alter", "--add-config", "consumer.session.timeout.ms=soon"));
        both("kafka-configs", with(group, "--alter", "--add-config", "no.such=1"));
        both("kafka-configs", "--entity-type", "groups", "--describe");
        both("kafka-configs", with(group, "--alter", "--delete-config", "consumer.session.timeout.ms"));
        both("kafka-configs", with(group, "--describe"));
    }

    @Test
    void committedOffsetsAreReadWithKafkasFormatter() throws Exception {
        records("formatted", 1, 2);
        List<String> from = slotEnds("formatted");
        groups("--group", "formatted", "--reset-offsets", "--topic", "formatted", "--to-latest", "--execute");

        assertThat(formatted("formatted", from, 1, "OffsetsMessageFormatter"))
                .contains("\"group\":\"formatted\"")
                .contains("\"offset\":2")
                .contains("topicId");
    }

    @Test
    void groupsAreReadWithKafkasFormatter() throws Exception {
        records("described", 2, 2);
        List<String> from = slotEnds("described");
        Map<String, String> settings = Map.of("group.protocol", "classic", "enable.auto.commit", "false");
        for (String bootstrap : bootstraps()) {
            try (GroupMembers group = new GroupMembers(bootstrap, "described", List.of("described"), settings)) {
                group.join("member").awaitDivided(2);
            }
        }

        // A group that nobody is in yet, one with its member, and one that it has left.
        assertThat(formatted("described", from, 3, "GroupMetadataMessageFormatter"))
                .contains("\"group\":\"described\"")
                .contains("\"protocolType\":\"consumer\"")
                .contains("\"generation\":1")
                .contains("\"clientId\":\"member\"")
                .contains("\"generation\":2");
    }

    private static List<String> bootstraps() {
        return List.of(both.ahti().bootstrap(), both.kafka().bootstrap());
    }

    /** Where the group's slot ends at each: groups with names of their tool's choice may be in it too. */
    private static List<String> slotEnds(String group) throws Exception {
        List<String> ends = new ArrayList<>();
        for (String bootstrap : bootstraps()) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                boolean exists = admin.listTopics(new ListTopicsOptions().listInternal(true))
                        .names()
                        .get()
                        .contains(slot(group).topic());
                ends.add(
                        !exists
                                ? "0"
                                : Long.toString(admin.listOffsets(Map.of(slot(group), OffsetSpec.latest()))
                                        .partitionResult(slot(group))
                                        .get()
                                        .offset()));
            }
        }
        return ends;
    }

    /** The group's next records, which are the same at both. */
    private static String formatted(String group, List<String> from, int count, String formatter) {
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            outputs.add(masked(tool(
                    bootstraps().get(i),
                    "kafka-console-consumer",
                    "",
                    "--topic",
                    slot(group).topic(),
                    "--partition",
                    Integer.toString(slot(group).partition()),
                    "--offset",
                    from.get(i),
                    "--max-messages",
                    Integer.toString(count),
                    "--timeout-ms",
                    "30000",
                    "--formatter",
                    "org.apache.kafka.tools.consumer." + formatter)));
        }
        assertThat(outputs.get(0)).isEqualTo(outputs.get(1));
        return outputs.get(0);
    }

    private static String[] with(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }
}
