package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A million records, a fifth with each compression, are read back byte for byte. */
class RoundTripIT {
    private static final int RECORDS = 200_000;
    private static final int PARTITIONS = 3;

    @TempDir
    static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.on(directory.resolve("data")).start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void recordsComeBackByteForByte(String compression) throws Exception {
        String topic = "round-" + compression;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        produce(topic, compression);
        consume(topic);
    }

    private static void produce(String topic, String compression) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", broker.bootstrap(), "compression.type", compression, "linger.ms", 5);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            IntStream.range(0, RECORDS).forEach(i -> producer.send(record(topic, i)));
        }
    }

    private static void consume(String topic) {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrap(), "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(IntStream.range(0, PARTITIONS)
                    .mapToObj(p -> new TopicPartition(topic, p))
                    .toList());
            int[] next = new int[PARTITIONS];
            int read = 0;
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (read < RECORDS && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    int number = next[record.partition()]++ * PARTITIONS + record.partition();
                    assertSame(record, record(topic, number), number);
                    read++;
                }
            }
            assertThat(read).isEqualTo(RECORDS);
        }
    }

    /** Everything in it follows from its number, so that nothing need be remembered. */
    private static ProducerRecord<byte[], byte[]> record(String topic, int number) {
        SplittableRandom random = new SplittableRandom(number);
        byte[] key =
                number % 7 == 0 ? null : ByteBuffer.allocate(4).putInt(number).array();
        byte[] value = number % 11 == 0 ? null : new byte[random.nextInt(200)];
        if (value != null) {
            // Half noise, half the same: something to compress, and something not to.
            byte[] noise = new byte[value.length / 2];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, value, 0, noise.length);
        }
        RecordHeaders headers = new RecordHeaders();
        for (int i = 0; i < number % 4; i++) {
            headers.add("header" + i, i == 2 ? null : new byte[] {(byte) number, (byte) i});
        }
        return new ProducerRecord<>(topic, number % PARTITIONS, 1_700_000_000_000L + number, key, value, headers);
    }

    /** AssertJ for each of a million records would take longer than the broker. */
    private static void assertSame(
            ConsumerRecord<byte[], byte[]> actual, ProducerRecord<byte[], byte[]> expected, int number) {
        boolean same = java.util.Arrays.equals(actual.key(), expected.key())
                && java.util.Arrays.equals(actual.value(), expected.value())
                && actual.headers().equals(expected.headers())
                && actual.timestamp() == expected.timestamp()
                && actual.offset() == number / PARTITIONS;
        assertThat(same).as("record " + number + ": " + actual).isTrue();
    }
}
