package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.SmallDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose disk is full refuses what it cannot write, and loses nothing of what it has acknowledged. */
class DiskFullIT {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @TempDir
    Path directory;

    @Test
    void whatWasAcknowledgedBeforeTheDiskWasFullIsThereAfterARestartWithSpace() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), "40m");
                BrokerProcess broker = BrokerProcess.on(disk.path()).start()) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic("t", 1, (short) 1)))
                        .all()
                        .get();
            }
            List<Long> acknowledged = new ArrayList<>();
            // With retries: the topic is there as soon as it is made, its leader a moment later.
            try (KafkaProducer<byte[], byte[]> patient = new KafkaProducer<>(
                    Map.of("bootstrap.servers", broker.bootstrap()),
                    new ByteArraySerializer(),
                    new ByteArraySerializer())) {
                send(patient, 1, acknowledged);
            }
            try (KafkaProducer<byte[], byte[]> producer = producer(broker)) {
                send(producer, 100, acknowledged);
                disk.fill();
                Throwable refusal = sendUntilRefused(producer, acknowledged);
                assertThat(refusal).isInstanceOf(KafkaStorageException.class);
                disk.free();
                assertThat(sendUntilRefused(producer, acknowledged))
                        .as("offline until the broker starts again")
                        .isInstanceOf(KafkaStorageException.class);
            }
            broker.terminate();
            broker.start();

            assertThat(read(broker, acknowledged.size())).isEqualTo(acknowledged);
            try (KafkaProducer<byte[], byte[]> producer = producer(broker)) {
                send(producer, 1, acknowledged);
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(BrokerProcess broker) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "retries", 0, "enable.idempotence", false),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, int count, List<Long> acknowledged)
            throws Exception {
        for (int i = 0; i < count; i++) {
            acknowledged.add(producer.send(new ProducerRecord<>("t", 0, null, new byte[5000]))
                    .get()
                    .offset());
        }
    }

    private static Throwable sendUntilRefused(KafkaProducer<byte[], byte[]> producer, List<Long> acknowledged)
            throws Exception {
        for (int i = 0; i < 10_000; i++) {
            try {
                send(producer, 1, acknowledged);
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }
        throw new AssertionError("10,000 records went to a disk that is full");
    }

    private static List<Long> read(BrokerProcess broker, int count) {
        List<Long> offsets = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(PARTITION));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (offsets.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    offsets.add(record.offset());
                }
            }
        }
        return offsets;
    }
}
