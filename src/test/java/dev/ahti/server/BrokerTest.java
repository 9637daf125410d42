package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ahti.testing.EmbeddedBroker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker in this JVM and Kafka's own clients. */
class BrokerTest {
    @TempDir
    Path data;

    @Test
    void whatAClientProducesIsReadBackAlsoAfterARestart() throws Exception {
        List<String> sent = List.of("one", "two", "three");
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            create(broker, "t");
            produce(broker, "t", sent);
            assertThat(consume(broker, "t", sent.size())).isEqualTo(sent);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertThat(consume(broker, "t", sent.size())).isEqualTo(sent);
        }
    }

    @Test
    void aTopicIsMadeByWritingToIt() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(data, "num.partitions", "1")) {
            produce(broker, "made", List.of("x"));
            assertThat(consume(broker, "made", 1)).containsExactly("x");
        }
    }

    @Test
    void aDirectoryInUseStopsTheStartAndTheFirstBrokerGoesOn() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertThatThrownBy(() -> EmbeddedBroker.start(data)).hasMessageContaining("in use");
            produce(broker, "t", List.of("still here"));
        }
    }

    /** Rule 18: a start that ends earlier leaves it to the next one to say that records may be missing. */
    @Test
    void afterAnotherKernelsDeathTheLogsAreThisKernelsOnceTheBrokerIsReady() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            create(broker, "t");
        }
        Files.delete(data.resolve(".kafka_cleanshutdown"));
        Path kernel = data.resolve(".boot_id");
        String own = Files.readString(kernel);
        Files.writeString(kernel, "another kernel");

        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertThat(kernel).hasContent(own);
        }
    }

    /** Rule 25: where brokers ask for a cluster to join there is nothing at a broker that is alone. */
    @Test
    void aBrokerAloneOffersNoClusterToJoin() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            URI uri = URI.create(broker.management() + "/bootstrap/seed-nodes");
            assertThat(HttpClient.newHttpClient()
                            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    /** Rule 24. The directory that comes back is as one whose broker was down when the topic was deleted. */
    @Test
    void aTopicDeletedWhileTheBrokerWasDownIsSetAsideAndATopicOfItsNameSeesNothingOfIt() throws Exception {
        Path elsewhere = data.resolveSibling(data.getFileName() + "-elsewhere");
        Uuid id;
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            id = create(broker, "t");
            produce(broker, "t", List.of("old"));
        }
        copy(data.resolve("t-0"), elsewhere);
        try (EmbeddedBroker broker = EmbeddedBroker.start(data);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.deleteTopics(List.of("t")).all().get(10, TimeUnit.SECONDS);
            await("the directory is given up").until(() -> !Files.exists(data.resolve("t-0")));
        }
        Files.move(elsewhere, data.resolve("t-0"));

        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            Path stray = data.resolve("t-0." + id + "-stray");
            assertThat(stray.resolve("00000000000000000000.log")).isNotEmptyFile();
            assertThat(data.resolve("t-0")).doesNotExist();

            create(broker, "t");
            produce(broker, "t", List.of("new"));

            assertThat(consume(broker, "t", 1)).containsExactly("new");
            assertThat(stray).exists();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static Uuid create(EmbeddedBroker broker, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            return admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                    .topicId(topic)
                    .get(10, TimeUnit.SECONDS);
        }
    }

    private static void produce(EmbeddedBroker broker, String topic, List<String> values) throws Exception {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker.bootstrap(),
                "acks",
                "all",
                "delivery.timeout.ms",
                10_000,
                "request.timeout.ms",
                5_000);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (String value : values) {
                ProducerRecord<String, String> produced = new ProducerRecord<>(topic, 0, "key", value);
                produced.headers().add("header", value.getBytes(StandardCharsets.UTF_8));
                producer.send(produced).get(10, TimeUnit.SECONDS);
            }
        }
    }

    private static List<String> consume(EmbeddedBroker broker, String topic, int count) {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrap());
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (values.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }
}
