package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ahti.testing.EarlierClients;
import dev.ahti.testing.GroupMembers;
import dev.ahti.testing.GroupMembers.Consumed;
import dev.ahti.testing.GroupsBroker;
import dev.ahti.testing.GroupsBroker.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ClassicGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.internals.RegistryMember;
import org.apache.kafka.common.ClassicGroupState;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kafka's earlier consumers in groups, groups of twenty, and one whose members are no consumers. The long form
 * ({@code -Dahti.long=true}) has more of the earlier ones, twenty of them too, and starts each of twenty anew by itself.
 */
class GroupClientsIT {
    private static final boolean LONG = Boolean.getBoolean("ahti.long");

    @TempDir
    static Path directory;

    private static GroupsBroker broker;

    @BeforeAll
    static void start() {
        broker = new GroupsBroker(directory);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** Each way to divide partitions once; in the long form with each version that has it. */
    static Stream<Arguments> earlierConsumers() {
        Stream<Arguments> once = Stream.of(
                arguments("2.8.2", Kind.EAGER),
                arguments("3.9.1", Kind.COOPERATIVE),
                arguments("3.9.1", Kind.CONSUMER));
        Stream<Arguments> others = Stream.of(arguments("2.8.2", Kind.COOPERATIVE), arguments("3.9.1", Kind.EAGER));
        return LONG ? Stream.concat(once, others) : once;
    }

    @ParameterizedTest
    @MethodSource("earlierConsumers")
    void everyRecordReachesOneOfEarlierConsumersWhateverChanges(String version, Kind kind) throws Exception {
        String topic = "earlier-" + version + "-" + kind;
        broker.create(topic, 4);
        List<String> sent = new ArrayList<>(broker.send(topic, 4, "one"));
        try (GroupMembers group =
                broker.group(topic, Pattern.compile(topic + ".*"), kind).of(EarlierClients.of(version))) {
            group.join("a").awaitDivided(4);
            group.awaitConsumed(sent);
            group.join("b", Map.of("group.instance.id", "b")).join("c").awaitDivided(4);

            broker.increase(topic, 6);
            broker.create(topic + "-later", 2);
            group.awaitDivided(8);
            sent.addAll(broker.send(topic, 6, "more partitions"));
            sent.addAll(broker.send(topic + "-later", 2, "another topic"));

            for (String each : List.of("a", "b", "c")) {
                sent.addAll(broker.send(topic, 6, each + " leaves"));
                group.leave(each);
                group.join(each, each.equals("b") ? Map.of("group.instance.id", "b") : Map.of());
                group.awaitDivided(8);
            }
            Pattern later = Pattern.compile(topic + "-later");
            List.of("a", "b").forEach(each -> group.subscribe(each, later));
            group.leave("c");
            Awaitility.await("they have the later topic alone")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> group.assignments().values().stream()
                            .allMatch(each -> each.size() == 1
                                    && each.iterator().next().topic().equals(topic + "-later")));
            sent.addAll(broker.send(topic + "-later", 2, "the later alone"));

            if (kind == Kind.CONSUMER) {
                // It ignores what is committed where a partition comes while it asks for others' (KAFKA-17674).
                assertEachAtLeastOnce(group, sent);
            } else {
                assertEachOnce(group, sent);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void twentyStaticMembersDivideTheirPartitionsAndKeepThemWhenAllStartAnew(Kind kind) throws Exception {
        String topic = "twenty-" + kind;
        broker.create(topic, 40);
        try (GroupMembers group = broker.group(topic, kind)) {
            twentyDivideAndStartAnew(group, topic);
        }
    }

    @ParameterizedTest
    @MethodSource("earlierConsumers")
    @EnabledIfSystemProperty(named = "ahti.long", matches = "true")
    void twentyEarlierConsumersDoSoToo(String version, Kind kind) throws Exception {
        String topic = "twenty-" + version + "-" + kind;
        broker.create(topic, 40);
        try (GroupMembers group = broker.group(topic, kind).of(EarlierClients.of(version))) {
            twentyDivideAndStartAnew(group, topic);
        }
    }

    private static void twentyDivideAndStartAnew(GroupMembers group, String topic) throws Exception {
        List<String> names = IntStream.range(0, 20).mapToObj(i -> "m" + i).toList();
        long from = System.nanoTime();
        names.forEach(each -> join(group, each));
        group.awaitEvenlyDivided(40);
        System.out.println("ms until " + topic + " had members: " + (System.nanoTime() - from) / 1_000_000);
        Map<String, Set<TopicPartition>> before = group.assignments();

        List<String> sent = new ArrayList<>(broker.send(topic, 40, "together"));
        int atOnce = LONG ? 1 : 5;
        for (int first = 0; first < names.size(); first += atOnce) {
            List<String> some = names.subList(first, first + atOnce);
            group.leave(some.toArray(String[]::new));
            sent.addAll(broker.send(topic, 40, some + " are away"));
            some.forEach(each -> join(group, each));
            group.awaitEvenlyDivided(40);
        }

        assertEachOnce(group, sent);
        assertThat(group.assignments()).isEqualTo(before);
    }

    /** Its producer never sends anything again by itself: so a topic takes records as soon as it is created. */
    @Test
    void twentyMembersOfPythonsClientConsumeEachRecordOnce() throws Exception {
        assumeTrue(python("-c", "import kafka").equals(""), "python3-kafka is not installed: .ci/run does that");
        Path script =
                Path.of(GroupClientsIT.class.getResource("/python-group.py").toURI());

        assertThat(python(script.toString(), broker.process().bootstrap(), "python", "20", "40", "2000"))
                .isEqualTo("failed 0, consumed 2040, different 2040, twice in a generation 0\n");
    }

    /** Debian's, whatever else is installed. */
    private static String python(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void registriesOfSchemasElectAnotherWhenTheirPrimaryLeaves() throws Exception {
        RegistryMember first = RegistryMember.join(broker.process().bootstrap(), "schemas", "first");
        awaitPrimary("first", first);
        RegistryMember second = RegistryMember.join(broker.process().bootstrap(), "schemas", "second");
        awaitPrimary("first", second);
        awaitPrimary("first", first);

        ClassicGroupDescription both = described("schemas");
        assertThat(both.protocol()).isEqualTo("sr");
        assertThat(both.protocolData()).isEqualTo("v0");
        assertThat(both.state()).isEqualTo(ClassicGroupState.STABLE);
        assertThat(both.members()).extracting(MemberDescription::clientId).containsExactlyInAnyOrder("first", "second");
        assertThat(broker.admin().listGroups().all().get())
                .filteredOn(each -> each.groupId().equals("schemas"))
                .extracting(GroupListing::protocol)
                .containsExactly("sr");

        first.leave();
        awaitPrimary("second", second);
        second.leave();
        assertThat(described("schemas").members()).isEmpty();
    }

    private static void awaitPrimary(String name, RegistryMember member) {
        Awaitility.await(name + " is primary").atMost(Duration.ofSeconds(60)).until(() -> member.primary()
                .equals(name));
    }

    private static ClassicGroupDescription described(String group) throws Exception {
        return broker.admin().describeClassicGroups(List.of(group)).all().get().get(group);
    }

    private static void join(GroupMembers group, String member) {
        group.join(member, Map.of("group.instance.id", member));
    }

    private static void assertEachOnce(GroupMembers group, List<String> sent) {
        assertEachAtLeastOnce(group, sent);
        assertThat(group.consumed()).extracting(Consumed::value).containsExactlyInAnyOrderElementsOf(sent);
    }

    /** And by no two members in one generation. */
    private static void assertEachAtLeastOnce(GroupMembers group, List<String> sent) {
        group.awaitConsumed(sent);
        assertThat(group.sharedInOneGeneration()).isEmpty();
    }
}
