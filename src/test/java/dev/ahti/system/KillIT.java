package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged outlives kill -9. The long form ({@code -Dahti.long=true}) kills 20 and 50 times. */
class KillIT {
    private static final boolean LONG = Boolean.getBoolean("ahti.long");
    private static final int PARTITIONS = 3;
    /** Small segments, so that kills come between batches that a producer still retries. */
    private static final Map<String, String> CONFIGS =
            Map.of("retention.ms", "123456789", "max.message.bytes", "1000000", "segment.bytes", "1048576");

    private final List<Long> restartsMs = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    void everyAcknowledgedRecordOutlivesKillsUnderFullLoad() throws Exception {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Load load = new Load();
        try (BrokerProcess broker = BrokerProcess.on(directory).start()) {
            createTopic(broker, "load", PARTITIONS);
            Thread sending = load.start(broker);
            for (int kill = 0; kill < (LONG ? 20 : 5); kill++) {
                int before = load.acknowledged();
                Awaitility.await("records are acknowledged, seed " + seed)
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> load.acknowledged() > before + 2000);
                pause(random.nextInt(700));
                broker.kill();
                restart(broker);
            }
            load.stop();
            sending.join();
            System.out.println(load.acknowledged() + " records; ms of each restart: " + restartsMs);
            assertThat(load.failure()).isNull();
            assertThat(configs(broker, "load")).containsAllEntriesOf(CONFIGS);
            load.assertAllThereOnceAndInOrder(broker);
        }
    }

    private void restart(BrokerProcess broker) {
        long from = System.nanoTime();
        broker.start();
        restartsMs.add(Duration.ofNanos(System.nanoTime() - from).toMillis());
    }

    /** How long the broker runs under load before a kill: the moment of the kill is what varies here, not a wait. */
    private static void pause(int millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    @Test
    void everyTopicThatWasAnsweredOutlivesAKillRightAfterTheAnswer() throws Exception {
        try (BrokerProcess broker = BrokerProcess.on(directory).start()) {
            for (int round = 0; round < (LONG ? 50 : 8); round++) {
                createTopic(broker, "topic-" + round, 2);
                long answered = System.nanoTime();
                broker.kill();
                assertThat(Duration.ofNanos(System.nanoTime() - answered)).isLessThan(Duration.ofSeconds(1));
                restart(broker);
                assertThat(configs(broker, "topic-" + round)).containsAllEntriesOf(CONFIGS);
            }
            try (Admin admin = admin(broker)) {
                assertThat(admin.listTopics().names().get()).hasSize(LONG ? 50 : 8);
            }
            System.out.println("ms of each restart: " + restartsMs);
        }
    }

    /**
     * The kill comes between persist and publish: PostgreSQL has written the commit and waits for a standby that is not
     * there before it answers, so that the broker cannot know.
     */
    @Test
    void aTopicThatWasStoredButNotPublishedIsThereAfterTheKill() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("synchronous_commit", "on")
                        .start();
                BrokerProcess broker = BrokerProcess.on(directory)
                        .with("ahti.metadata.url", postgres.getJdbcUrl("postgres", "postgres"))
                        .start();
                Admin client = admin(broker)) {
            sql(postgres, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
            sql(postgres, "SELECT pg_reload_conf()");
            KafkaFuture<Void> answer = client.createTopics(List.of(new NewTopic("stored", 2, (short) 1)))
                    .all();
            Awaitility.await("the commit waits for the standby")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> sql(postgres, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));

            broker.kill();

            assertThat(answer).isNotDone();
            sql(postgres, "ALTER SYSTEM RESET synchronous_standby_names");
            sql(postgres, "SELECT pg_reload_conf()");
            broker.start();
            assertThat(client.describeTopics(List.of("stored"))
                            .allTopicNames()
                            .get()
                            .get("stored")
                            .partitions())
                    .hasSize(2)
                    .allSatisfy(partition -> assertThat(partition.leader().id()).isEqualTo(1));
        }
    }

    /** Whether there was a row. */
    private static boolean sql(EmbeddedPostgres postgres, String command) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            return statement.execute(command) && statement.getResultSet().next();
        }
    }

    private static Admin admin(BrokerProcess broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    /** Returns within a few ms of the answer: closing the client comes first, so nothing of it follows. */
    private static void createTopic(BrokerProcess broker, String topic, int partitions) throws Exception {
        Admin admin = admin(broker);
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(CONFIGS)))
                .all()
                .get();
        admin.close(Duration.ZERO);
    }

    private static Map<String, String> configs(BrokerProcess broker, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = admin(broker)) {
            return admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
                    .filter(entry -> entry.value() != null)
                    .collect(java.util.stream.Collectors.toMap(e -> e.name(), e -> e.value()));
        }
    }

    /** Numbered records as fast as they go, from one idempotent producer that lives through all the kills. */
    private static final class Load {
        private final AtomicBoolean running = new AtomicBoolean(true);
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private final BitSet acknowledged = new BitSet();

        Thread start(BrokerProcess broker) {
            Thread thread = new Thread(() -> run(broker.bootstrap()), "load");
            thread.start();
            return thread;
        }

        private void run(String bootstrap) {
            Map<String, Object> settings = Map.of(
                    "bootstrap.servers",
                    bootstrap,
                    "acks",
                    "all",
                    "linger.ms",
                    1,
                    "buffer.memory",
                    4 << 20,
                    "reconnect.backoff.max.ms",
                    100,
                    "retry.backoff.ms",
                    20);
            try (var producer = new KafkaProducer<>(settings, new IntegerSerializer(), new ByteArraySerializer())) {
                byte[] value = new byte[300];
                for (int i = 0; running.get() && failure.get() == null; i++) {
                    int number = i;
                    producer.send(new ProducerRecord<>("load", i % PARTITIONS, i, value), (metadata, error) -> {
                        if (error == null) {
                            acknowledge(number);
                        } else {
                            failure.compareAndSet(null, error);
                        }
                    });
                }
            }
        }

        private synchronized void acknowledge(int number) {
            acknowledged.set(number);
            count.incrementAndGet();
        }

        int acknowledged() {
            return count.get();
        }

        Exception failure() {
            return failure.get();
        }

        void stop() {
            running.set(false);
        }

        void assertAllThereOnceAndInOrder(BrokerProcess broker) {
            BitSet found = new BitSet();
            Map<String, Object> settings =
                    Map.of("bootstrap.servers", broker.bootstrap(), "auto.offset.reset", "earliest");
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(p -> new TopicPartition("load", p))
                    .toList();
            try (var consumer = new KafkaConsumer<>(settings, new IntegerDeserializer(), new ByteArrayDeserializer())) {
                consumer.assign(partitions);
                long end = consumer.endOffsets(partitions).values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                int[] last = {-1, -1, -1};
                long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
                for (long read = 0; read < end; ) {
                    assertThat(System.nanoTime() - deadline)
                            .as("%d of %d records can be read", read, end)
                            .isNegative();
                    for (ConsumerRecord<Integer, byte[]> record : consumer.poll(Duration.ofSeconds(10))) {
                        assertThat(record.key())
                                .as("order and uniqueness in partition " + record.partition())
                                .isGreaterThan(last[record.partition()]);
                        last[record.partition()] = record.key();
                        found.set(record.key());
                        read++;
                    }
                }
            }
            BitSet lost = (BitSet) acknowledged.clone();
            lost.andNot(found);
            assertThat(lost.cardinality()).as("acknowledged but lost: " + lost).isZero();
        }
    }
}
