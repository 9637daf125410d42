package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.GroupMembers;
import dev.ahti.testing.TcpForwarder;
import dev.ahti.testing.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three brokers that clients see as one, at the port of something that spreads connections over them. */
class VirtualModeIT {
    private static final int PARTITIONS = 6;
    private static final int LIMIT_SECONDS = 60;

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static TcpForwarder forwarder;
    private static final List<String> directAddresses = new ArrayList<>();

    @BeforeAll
    static void start() {
        int port = BrokerProcess.freePort();
        cluster = new TestCluster(3, directory);
        for (int id : cluster.ids()) {
            BrokerProcess broker = cluster.broker(id);
            String direct = "DIRECT://127.0.0.1:" + BrokerProcess.freePort();
            broker.with("listeners", "PLAINTEXT://" + broker.bootstrap() + "," + direct)
                    .with("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,DIRECT:PLAINTEXT")
                    .with("ahti.listener.mode", "PLAINTEXT:virtual,DIRECT:direct")
                    .with("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port + "," + direct);
            directAddresses.add(direct.substring("DIRECT://".length()));
        }
        cluster.ids().forEach(id -> cluster.broker(id).launch());
        cluster.ids().forEach(id -> cluster.broker(id).awaitReady());
        forwarder = new TcpForwarder(
                port,
                cluster.ids().stream().map(id -> cluster.broker(id).kafkaPort()).toList());
    }

    @AfterAll
    static void stop() throws IOException {
        forwarder.close();
        cluster.close();
    }

    @Test
    void clientsSeeOneBrokerThatHasEverything() throws Exception {
        try (Admin admin = admin()) {
            create(admin, "seen");

            DescribeClusterResult seen = admin.describeCluster();
            Node one = seen.controller().get();
            assertThat(seen.nodes().get()).containsExactly(one);
            assertThat(one.host() + ":" + one.port()).isEqualTo(forwarder.address());
            assertThat(TestCluster.partitions(admin, "seen"))
                    .hasSize(PARTITIONS)
                    .allSatisfy(each -> {
                        assertThat(each.leader()).isEqualTo(one);
                        assertThat(each.replicas()).containsExactly(one);
                        assertThat(each.isr()).containsExactly(one);
                    });
            assertThat(admin.describeLogDirs(List.of(one.id()))
                            .allDescriptions()
                            .get()
                            .get(one.id())
                            .keySet())
                    .extracting(name -> name.split(":")[0])
                    .containsExactlyInAnyOrder("broker-1", "broker-2", "broker-3");
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(one.id()));
            assertThat(admin.describeConfigs(List.of(broker))
                            .all()
                            .get()
                            .get(broker)
                            .get("min.insync.replicas"))
                    .extracting(each -> each.value())
                    .isEqualTo("2");
        }
    }

    @Test
    void atAListenerThatIsDirectClientsOfTheSameBrokersSeeEachOfThem() throws Exception {
        try (Admin one = admin();
                Admin direct = Admin.create(Map.of("bootstrap.servers", directAddresses.get(0)))) {
            create(one, "both");

            assertThat(direct.describeCluster().nodes().get())
                    .extracting(each -> each.id() + "@" + each.host() + ":" + each.port())
                    .containsExactlyInAnyOrder(
                            "1@" + directAddresses.get(0),
                            "2@" + directAddresses.get(1),
                            "3@" + directAddresses.get(2));
            assertThat(TestCluster.partitions(direct, "both"))
                    .allSatisfy(each ->
                            assertThat(each.replicas()).extracting(Node::id).containsExactlyInAnyOrder(1, 2, 3));
            ConfigResource second = new ConfigResource(ConfigResource.Type.BROKER, "2");
            assertThat(direct.describeConfigs(List.of(second))
                            .all()
                            .get()
                            .get(second)
                            .get("node.id")
                            .value())
                    .isEqualTo("2");
        }
        try (var producer = producer();
                var consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", directAddresses.get(1)),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            produce(producer, "both", 0, 2, new ArrayList<>());
            consumer.assign(partitions("both"));
            assertThat(consumer.endOffsets(partitions("both")))
                    .allSatisfy((partition, end) -> assertThat(end).isEqualTo(2));
        }
    }

    @Test
    void offsetsAndDeletionsReachTheLeadersWhoeverTheyAre() throws Exception {
        try (Admin admin = admin();
                var producer = producer();
                var consumer = consumer()) {
            create(admin, "offsets");
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < 10 * PARTITIONS; i++) {
                sent.add(producer.send(new ProducerRecord<>("offsets", i % PARTITIONS, 1000L + i, "k", "v" + i)));
            }
            for (Future<?> each : sent) {
                each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
            List<TopicPartition> all = partitions("offsets");

            assertThat(consumer.endOffsets(all)).hasSize(PARTITIONS).allSatisfy((partition, end) -> assertThat(end)
                    .isEqualTo(10));
            assertThat(consumer.offsetsForTimes(all.stream().collect(Collectors.toMap(each -> each, each -> 1030L))))
                    .allSatisfy((partition, found) -> assertThat(found.offset()).isEqualTo(5));
            admin.deleteRecords(all.stream()
                            .collect(Collectors.toMap(each -> each, each -> RecordsToDelete.beforeOffset(4))))
                    .all()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(consumer.beginningOffsets(all))
                    .allSatisfy((partition, start) -> assertThat(start).isEqualTo(4));
            assertThat(kcat("", "-C", "-t", "offsets", "-o", "beginning", "-e", "-q", "-f", "%p-%o %s\n")
                            .lines())
                    .hasSize(6 * PARTITIONS)
                    .contains("5-4 v29");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aGroupAndItsCoordinatorsAreFoundAtTheOneAddressAlsoWhenABrokerIsKilled(String protocol) throws Exception {
        String topic = "grouped-" + protocol;
        try (Admin admin = admin();
                var producer = producer();
                GroupMembers group = new GroupMembers(
                        forwarder.address(), topic, List.of(topic), Map.of("group.protocol", protocol))) {
            create(admin, topic);
            // So that each broker coordinates some of the groups.
            for (int i = 0; i < 9; i++) {
                admin.alterConsumerGroupOffsets(
                                topic + i, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(i)))
                        .all()
                        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
            group.join("a", "b", "c").awaitDivided(PARTITIONS);
            List<String> sent = new ArrayList<>();
            produce(producer, topic, 0, 10, sent);
            group.awaitConsumed(sent);

            List<String> names = IntStream.range(0, 9).mapToObj(i -> topic + i).toList();
            assertThat(admin.listGroups().all().get(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .extracting(each -> each.groupId())
                    .contains(topic)
                    .containsAll(names);
            assertThat(admin.describeConsumerGroups(names)
                            .all()
                            .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                            .values())
                    .hasSize(9)
                    .allMatch(each -> each.groupState() == GroupState.EMPTY
                            && each.coordinator().port()
                                    == Integer.parseInt(forwarder.address().split(":")[1]));
            Map<String, ListConsumerGroupOffsetsSpec> asked =
                    names.stream().collect(Collectors.toMap(each -> each, each -> new ListConsumerGroupOffsetsSpec()));
            assertThat(admin.listConsumerGroupOffsets(asked)
                            .all()
                            .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                            .get(topic + 8)
                            .get(new TopicPartition(topic, 0))
                            .offset())
                    .isEqualTo(8);

            cluster.kill(3);
            produce(producer, topic, 10, 20, sent);
            group.awaitConsumed(sent);
            cluster.start(3);
            group.awaitDivided(PARTITIONS);
            assertThat(group.sharedInOneGeneration()).isEmpty();
            admin.deleteConsumerGroups(names).all().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    @EnabledIfSystemProperty(named = "ahti.long", matches = "true")
    void twentyMembersAtTheOneAddressAllStartAnewOneAfterTheOther(String protocol) throws Exception {
        String topic = "twenty-" + protocol;
        List<String> names = IntStream.range(0, 20).mapToObj(i -> "m" + i).toList();
        try (Admin admin = admin();
                var producer = producer();
                GroupMembers group = new GroupMembers(
                        forwarder.address(), topic, List.of(topic), Map.of("group.protocol", protocol))) {
            create(admin, topic);
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(40)))
                    .all()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            group.join(names.toArray(String[]::new)).awaitDivided(40);
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                produce(producer, topic, i, i + 1, sent);
                group.leave(names.get(i));
                group.join(names.get(i)).awaitDivided(40);
            }
            group.awaitConsumed(sent);
            assertThat(group.consumed())
                    .extracting(GroupMembers.Consumed::value)
                    .containsExactlyInAnyOrderElementsOf(sent);
            assertThat(group.sharedInOneGeneration()).isEmpty();
        }
    }

    @Test
    void whileABrokerIsKilledNothingThatWasAcknowledgedIsLostAndClientsGoOn() throws Exception {
        try (Admin admin = admin()) {
            create(admin, "killed");
        }
        List<String> acknowledged = new ArrayList<>();
        Set<String> read = ConcurrentHashMap.newKeySet();
        AtomicInteger records = new AtomicInteger();
        Reader reader = new Reader(read, records);
        reader.start();
        try (var producer = producer()) {
            produce(producer, "killed", 0, 100, acknowledged);
            Awaitility.await("records are read")
                    .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                    .until(() -> read.size() >= 100);
            cluster.kill(2);
            long from = System.nanoTime();
            produce(producer, "killed", 100, 101, acknowledged);
            System.out.println("ms from kill -9 to the next acknowledgement of all partitions: "
                    + Duration.ofNanos(System.nanoTime() - from).toMillis());
            produce(producer, "killed", 101, 200, acknowledged);
        }
        String cats = IntStream.range(0, 100).mapToObj(i -> "cat " + i + "\n").collect(Collectors.joining());
        assertThat(kcat(cats, "-P", "-t", "killed", "-X", "acks=all")).isEmpty();
        cats.lines().forEach(acknowledged::add);

        Awaitility.await("all that was acknowledged is read")
                .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .until(() -> read.containsAll(acknowledged));
        reader.end();
        assertThat(records).as("no record twice").hasValue(read.size());
        assertThat(kcat("", "-C", "-t", "killed", "-o", "beginning", "-e", "-q").lines())
                .containsExactlyInAnyOrderElementsOf(read);
        cluster.start(2);
    }

    /** One record to each partition at a time. */
    private static void produce(
            KafkaProducer<String, String> producer, String topic, int from, int to, List<String> acknowledged)
            throws Exception {
        for (int i = from; i < to; i++) {
            List<Future<?>> sent = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                sent.add(producer.send(new ProducerRecord<>(topic, partition, null, i + " to " + partition)));
            }
            for (int partition = 0; partition < PARTITIONS; partition++) {
                sent.get(partition).get(LIMIT_SECONDS, TimeUnit.SECONDS);
                acknowledged.add(i + " to " + partition);
            }
        }
    }

    /** Reads on and on, and finds each partition in order. */
    private static final class Reader extends Thread {
        private final Set<String> read;
        private final AtomicInteger records;
        private final Map<TopicPartition, Long> next = new HashMap<>();
        private volatile boolean ended;
        private volatile Throwable failure;

        Reader(Set<String> read, AtomicInteger records) {
            this.read = read;
            this.records = records;
            setUncaughtExceptionHandler((thread, thrown) -> failure = thrown);
        }

        @Override
        public void run() {
            try (var consumer = consumer()) {
                consumer.assign(partitions("killed"));
                consumer.seekToBeginning(partitions("killed"));
                while (!ended) {
                    for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                        TopicPartition partition = new TopicPartition(each.topic(), each.partition());
                        assertThat(each.offset())
                                .as("next of " + partition)
                                .isEqualTo(next.getOrDefault(partition, 0L));
                        next.put(partition, each.offset() + 1);
                        records.incrementAndGet();
                        read.add(each.value());
                    }
                }
            }
        }

        void end() throws InterruptedException {
            ended = true;
            join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
            assertThat(failure).isNull();
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", forwarder.address()));
    }

    private static KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", forwarder.address(), "acks", "all"),
                new StringSerializer(),
                new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", forwarder.address()), new StringDeserializer(), new StringDeserializer());
    }

    private static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    private static void create(Admin admin, String topic) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 3)))
                .all()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static String kcat(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("kcat", "-b", forwarder.address()));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
