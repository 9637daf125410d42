package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.GroupMembers;
import dev.ahti.testing.GroupMembers.Consumed;
import dev.ahti.testing.GroupsBroker;
import dev.ahti.testing.GroupsBroker.Kind;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kafka's consumers in groups, at one broker: every record reaches one member, whoever comes and goes. */
class GroupsIT {
    private static final int LIMIT_SECONDS = 60;

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

    @ParameterizedTest
    @EnumSource
    void everyRecordReachesOneMemberWhileMembersAndPartitionsComeAndGo(Kind kind) throws Exception {
        String topic = "shared-" + kind;
        broker.create(topic, 4);
        List<String> sent = new ArrayList<>(broker.send(topic, 4, "one"));
        try (GroupMembers group = broker.group(topic, kind)) {
            group.join("a").awaitDivided(4);
            group.awaitConsumed(sent);

            group.join("b", "c").awaitDivided(4);
            sent.addAll(broker.send(topic, 4, "three"));
            group.awaitConsumed(sent);

            broker.increase(topic, 6);
            group.awaitDivided(6);
            sent.addAll(broker.send(topic, 6, "more partitions"));
            group.awaitConsumed(sent);

            group.leave("b");
            group.awaitDivided(6);
            sent.addAll(broker.send(topic, 6, "two"));
            group.awaitConsumed(sent);

            assertThat(group.consumed())
                    .as("nobody failed: nothing comes twice")
                    .extracting(Consumed::value)
                    .containsExactlyInAnyOrderElementsOf(sent);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
        assertThat(GroupMembers.committed(broker.admin(), topic)).isEqualTo(broker.ends(topic, 6));
        assertThat(broker.admin()
                        .describeConsumerGroups(List.of(topic))
                        .describedGroups()
                        .get(topic)
                        .get()
                        .groupState())
                .isEqualTo(GroupState.EMPTY);
    }

    @ParameterizedTest
    @EnumSource
    void aGroupGoesOnWhereItStoppedAlsoWhenTheBrokerHasStartedAnew(Kind kind) throws Exception {
        String topic = "again-" + kind;
        broker.create(topic, 1);
        List<String> first = broker.send(topic, 1, "before");
        try (GroupMembers group = broker.group(topic, kind)) {
            group.join("a").awaitConsumed(first);
        }
        if (kind == Kind.EAGER) {
            broker.process().kill();
            broker.process().start();
        }
        List<String> second = broker.send(topic, 1, "after");
        try (GroupMembers group = broker.group(topic, kind)) {
            group.join("b").awaitConsumed(second);
            assertThat(group.consumed()).extracting(Consumed::value).containsExactlyElementsOf(second);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPatternTakesInTopicsThatAreCreatedLater(Kind kind) throws Exception {
        broker.create("pattern-" + kind + "-1", 1);
        Pattern pattern = Pattern.compile("pattern-" + kind + "-.*");
        try (GroupMembers group = broker.group("pattern-" + kind, pattern, kind)) {
            group.join("a").awaitDivided(1);
            broker.create("pattern-" + kind + "-2", 2);
            group.awaitDivided(3);
            group.awaitConsumed(broker.send("pattern-" + kind + "-2", 2, "later"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStaticMemberThatComesBackHasItsPartitionsWithoutARebalance(Kind kind) throws Exception {
        String topic = "static-" + kind;
        broker.create(topic, 4);
        try (GroupMembers group = broker.group(topic, kind)) {
            group.join("a", Map.of("group.instance.id", "a")).join("b", Map.of("group.instance.id", "b"));
            group.awaitDivided(4);
            Set<TopicPartition> before = group.assignments().get("a");
            group.awaitConsumed(broker.send(topic, 4, "together"));
            int generation = generationOf(group, "b");

            group.leave("a");
            group.join("a", Map.of("group.instance.id", "a"));
            group.awaitDivided(4);

            group.awaitConsumed(broker.send(topic, 4, "back"));
            assertThat(group.assignments()).containsEntry("a", before);
            assertThat(generationOf(group, "b")).isEqualTo(generation);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void membersThatAllStartAnewOneAfterTheOtherMissNothing(Kind kind) throws Exception {
        String topic = "rolling-" + kind;
        broker.create(topic, 6);
        List<String> sent = new ArrayList<>();
        try (GroupMembers group = broker.group(topic, kind)) {
            group.join("a", "b", "c").awaitDivided(6);
            for (String each : List.of("a", "b", "c")) {
                sent.addAll(broker.send(topic, 6, each + " leaves"));
                group.leave(each);
                sent.addAll(broker.send(topic, 6, each + " comes back"));
                group.join(each);
                group.awaitDivided(6);
            }
            group.awaitConsumed(sent);
            assertThat(group.consumed()).extracting(Consumed::value).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void membersThatWantOtherTopicsGetThose(Kind kind) throws Exception {
        String one = "one-" + kind;
        String two = "two-" + kind;
        broker.create(one, 3);
        broker.create(two, 3);
        List<String> sent = new ArrayList<>(broker.send(one, 3, "first"));
        try (GroupMembers group = broker.group(one, kind)) {
            group.join("a", "b", "c").awaitDivided(3);

            List.of("a", "b", "c").forEach(each -> group.subscribe(each, List.of(one, two)));
            group.awaitDivided(6);
            sent.addAll(broker.send(two, 3, "both"));

            group.subscribe("a", List.of(two));
            group.subscribe("b", List.of(one));
            group.subscribe("c", List.of(one));
            Awaitility.await("a has all of the one, the others all of the other")
                    .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                    .until(() -> topicsOf(group, "a").equals(Set.of(two))
                            && group.assignments().get("a").size() == 3
                            && topicsOf(group, "b").equals(Set.of(one))
                            && topicsOf(group, "c").equals(Set.of(one)));
            group.awaitDivided(6);
            sent.addAll(broker.send(one, 3, "apart"));
            sent.addAll(broker.send(two, 3, "apart too"));
            group.awaitConsumed(sent);
            assertThat(group.consumed()).extracting(Consumed::value).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
    }

    private static Set<String> topicsOf(GroupMembers group, String member) {
        return group.assignments().get(member).stream()
                .map(TopicPartition::topic)
                .collect(Collectors.toSet());
    }

    private static int generationOf(GroupMembers group, String member) {
        return group.consumed().stream()
                .filter(each -> each.member().equals(member))
                .mapToInt(Consumed::generation)
                .max()
                .orElseThrow();
    }

    @Test
    void aGroupMovesToTheNewProtocolAndBackWhileItRuns() throws Exception {
        broker.create("moving", 4);
        List<String> sent = new ArrayList<>(broker.send("moving", 4, "classic"));
        try (GroupMembers group = broker.group("moving", Kind.COOPERATIVE)) {
            group.join("a", "b").awaitDivided(4);
            group.awaitConsumed(sent);

            group.leave("a");
            group.join("a", Map.of("group.protocol", "consumer")).awaitDivided(4);
            assertThat(type("moving")).isEqualTo(GroupType.CONSUMER);
            sent.addAll(broker.send("moving", 4, "mixed"));
            group.awaitConsumed(sent);

            group.leave("a");
            group.awaitDivided(4);
            assertThat(type("moving")).isEqualTo(GroupType.CLASSIC);
            sent.addAll(broker.send("moving", 4, "classic again"));
            group.awaitConsumed(sent);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
    }

    private static GroupType type(String group) throws Exception {
        return broker.admin()
                .describeConsumerGroups(List.of(group))
                .describedGroups()
                .get(group)
                .get()
                .type();
    }

    @Test
    void theTimesOfAGroupAreThoseOfItsConfigs() throws Exception {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "timed");
        // The first question creates the topic of offsets; then the coordinator loads.
        broker.admin()
                .describeConsumerGroups(List.of("timed"))
                .all()
                .toCompletionStage()
                .handle((found, notFound) -> found)
                .toCompletableFuture()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        Awaitility.await("a coordinator")
                .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .until(() -> heartbeat("timed").heartbeatIntervalMs() == 300);

        broker.admin()
                .incrementalAlterConfigs(Map.of(
                        group,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("consumer.heartbeat.interval.ms", "400"), AlterConfigOp.OpType.SET))))
                .all()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);

        Awaitility.await("the coordinator knows")
                .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .until(() -> heartbeat("timed").heartbeatIntervalMs() == 400);
    }

    /** Of a new member each time, as it goes over the wire: never more than 500 ms, since its group settles. */
    private static ConsumerGroupHeartbeatResponseData heartbeat(String group) throws IOException {
        ConsumerGroupHeartbeatRequest request = new ConsumerGroupHeartbeatRequest.Builder(
                        new ConsumerGroupHeartbeatRequestData()
                                .setGroupId(group)
                                .setMemberId(Uuid.randomUuid().toString())
                                .setMemberEpoch(0)
                                .setRebalanceTimeoutMs(1_000)
                                .setSubscribedTopicNames(List.of("timed"))
                                .setTopicPartitions(List.of()))
                .build((short) 1);
        ByteBuffer sent = request.serializeWithHeader(
                new RequestHeader(ApiKeys.CONSUMER_GROUP_HEARTBEAT, request.version(), "timed", 1));
        try (Socket socket = new Socket("127.0.0.1", broker.process().kafkaPort())) {
            socket.setSoTimeout(LIMIT_SECONDS * 1000);
            byte[] frame = new byte[Integer.BYTES + sent.remaining()];
            ByteBuffer.wrap(frame).putInt(sent.remaining()).put(sent);
            socket.getOutputStream().write(frame);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = in.readNBytes(in.readInt());
            int header = 5;
            return new ConsumerGroupHeartbeatResponseData(
                    new ByteBufferAccessor(ByteBuffer.wrap(answer, header, answer.length - header)
                            .slice()),
                    request.version());
        }
    }
}
