package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.testing.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
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

    private static void create(EmbeddedBroker broker, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(10, TimeUnit.SECONDS);
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
