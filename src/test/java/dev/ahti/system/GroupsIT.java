package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.GroupMembers;
import dev.ahti.testing.GroupMembers.Consumed;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
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
import org.apache.kafka.common.serialization.StringSerializer;
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

    private static BrokerProcess broker;
    private static Admin admin;
    private static KafkaProducer<String, String> producer;

    /** How members agree on who gets what. */
    enum Kind {
        EAGER(RangeAssignor.class),
        COOPERATIVE(CooperativeStickyAssignor.class),
        /** By the coordinator (KIP-848). */
        CONSUMER(null);

        private final String assignor;

        Kind(Class<? extends ConsumerPartitionAssignor> assignor) {
            this.assignor = assignor == null ? null : assignor.getName();
        }

        Map<String, String> settings() {
            return assignor == null
                    ? Map.of("group.protocol", "consumer")
                    : Map.of("partition.assignment.strategy", assignor);
        }
    }

    @BeforeAll
    static void start() {
        // Kafka's times, but for tests that wait for them.
        broker = quick(BrokerProcess.on(directory)).start();
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()), new StringSerializer(), new StringSerializer());
    }

    private static BrokerProcess quick(BrokerProcess process) {
        return process.with("group.initial.rebalance.delay.ms", "0")
                .with("group.consumer.min.heartbeat.interval.ms", "300")
                .with("group.consumer.heartbeat.interval.ms", "300")
                .with("group.consumer.min.session.timeout.ms", "3000")
                .with("group.consumer.assignment.interval.ms", "0");
    }

    @AfterAll
    static void stop() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
        broker.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyRecordReachesOneMemberWhileMembersAndPartitionsComeAndGo(Kind kind) throws Exception {
        String topic = "shared-" + kind;
        create(topic, 4);
        List<String> sent = new ArrayList<>(send(topic, 4, "one"));
        try (GroupMembers group = new GroupMembers(broker.bootstrap(), topic, List.of(topic), kind.settings())) {
            group.join("a").awaitDivided(4);
            group.awaitConsumed(sent);

            group.join("b", "c").awaitDivided(4);
            sent.addAll(send(topic, 4, "three"));
            group.awaitConsumed(sent);

            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(6)))
                    .all()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            group.awaitDivided(6);
            sent.addAll(send(topic, 6, "more partitions"));
            group.awaitConsumed(sent);

            group.leave("b");
            group.awaitDivided(6);
            sent.addAll(send(topic, 6, "two"));
            group.awaitConsumed(sent);

            assertThat(group.consumed())
                    .as("nobody failed: nothing comes twice")
                    .extracting(Consumed::value)
                    .containsExactlyInAnyOrderElementsOf(sent);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
        assertThat(GroupMembers.committed(admin, topic)).isEqualTo(ends(topic, 6));
        assertThat(admin.describeConsumerGroups(List.of(topic))
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
        create(topic, 1);
        List<String> first = send(topic, 1, "before");
        try (GroupMembers group = new GroupMembers(broker.bootstrap(), topic, List.of(topic), kind.settings())) {
            group.join("a").awaitConsumed(first);
        }
        if (kind == Kind.EAGER) {
            broker.kill();
            broker.start();
        }
        List<String> second = send(topic, 1, "after");
        try (GroupMembers group = new GroupMembers(broker.bootstrap(), topic, List.of(topic), kind.settings())) {
            group.join("b").awaitConsumed(second);
            assertThat(group.consumed()).extracting(Consumed::value).containsExactlyElementsOf(second);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPatternTakesInTopicsThatAreCreatedLater(Kind kind) throws Exception {
        create("pattern-" + kind + "-1", 1);
        Pattern pattern = Pattern.compile("pattern-" + kind + "-.*");
        try (GroupMembers group = new GroupMembers(broker.bootstrap(), "pattern-" + kind, pattern, kind.settings())) {
            group.join("a").awaitDivided(1);
            create("pattern-" + kind + "-2", 2);
            group.awaitDivided(3);
            group.awaitConsumed(send("pattern-" + kind + "-2", 2, "later"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStaticMemberThatComesBackHasItsPartitionsWithoutARebalance(Kind kind) throws Exception {
        String topic = "static-" + kind;
        create(topic, 4);
        try (GroupMembers group = new GroupMembers(broker.bootstrap(), topic, List.of(topic), kind.settings())) {
            group.join("a", Map.of("group.instance.id", "a")).join("b", Map.of("group.instance.id", "b"));
            group.awaitDivided(4);
            Set<TopicPartition> before = group.assignments().get("a");
            group.awaitConsumed(send(topic, 4, "together"));
            int generation = generationOf(group, "b");

            group.leave("a");
            group.join("a", Map.of("group.instance.id", "a"));
            group.awaitDivided(4);

            group.awaitConsumed(send(topic, 4, "back"));
            assertThat(group.assignments()).containsEntry("a", before);
            assertThat(generationOf(group, "b")).isEqualTo(generation);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
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
        create("moving", 4);
        List<String> sent = new ArrayList<>(send("moving", 4, "classic"));
        try (GroupMembers group =
                new GroupMembers(broker.bootstrap(), "moving", List.of("moving"), Kind.COOPERATIVE.settings())) {
            group.join("a", "b").awaitDivided(4);
            group.awaitConsumed(sent);

            group.leave("a");
            group.join("a", Map.of("group.protocol", "consumer")).awaitDivided(4);
            assertThat(type("moving")).isEqualTo(GroupType.CONSUMER);
            sent.addAll(send("moving", 4, "mixed"));
            group.awaitConsumed(sent);

            group.leave("a");
            group.awaitDivided(4);
            assertThat(type("moving")).isEqualTo(GroupType.CLASSIC);
            sent.addAll(send("moving", 4, "classic again"));
            group.awaitConsumed(sent);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
    }

    private static GroupType type(String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group))
                .describedGroups()
                .get(group)
                .get()
                .type();
    }

    @Test
    void theTimesOfAGroupAreThoseOfItsConfigs() throws Exception {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "timed");
        // The first question creates the topic of offsets; then the coordinator loads.
        admin.describeConsumerGroups(List.of("timed"))
                .all()
                .toCompletionStage()
                .handle((found, notFound) -> found)
                .toCompletableFuture()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        Awaitility.await("a coordinator")
                .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .until(() -> heartbeat("timed").heartbeatIntervalMs() == 300);

        admin.incrementalAlterConfigs(Map.of(
                        group,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("consumer.heartbeat.interval.ms", "700"), AlterConfigOp.OpType.SET))))
                .all()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);

        Awaitility.await("the coordinator knows")
                .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .until(() -> heartbeat("timed").heartbeatIntervalMs() == 700);
    }

    /** Of a new member each time, as it goes over the wire. */
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
        try (Socket socket = new Socket("127.0.0.1", broker.kafkaPort())) {
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

    private static void create(String topic, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Ten to each partition; returns their values. */
    private static List<String> send(String topic, int partitions, String what) throws Exception {
        List<String> values = new ArrayList<>();
        List<Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < 10 * partitions; i++) {
            String value = what + " " + i;
            values.add(value);
            sent.add(producer.send(new ProducerRecord<>(topic, i % partitions, null, value)));
        }
        for (Future<?> each : sent) {
            each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
        return values;
    }

    private static Map<TopicPartition, Long> ends(String topic, int partitions) throws Exception {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            TopicPartition each = new TopicPartition(topic, partition);
            ends.put(
                    each,
                    admin.listOffsets(Map.of(each, OffsetSpec.latest()))
                            .partitionResult(each)
                            .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                            .offset());
        }
        return ends;
    }
}
