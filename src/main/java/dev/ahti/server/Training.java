package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import dev.ahti.model.Endpoint;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Loads the classes that a start, the first requests and a restart need, so that the launcher can keep them in an archive:
 * a broker in a directory of its own, a client that makes a topic, writes to it and reads it, and probes.
 */
final class Training {
    private static final TopicPartition PARTITION = new TopicPartition("training", 0);
    private static final long DEADLINE_SECONDS = 30;

    private Training() {}

    static void run(Path directory) throws Exception {
        BrokerConfig config = BrokerConfig.load(ConfigSources.of(Map.of(
                "log.dirs", directory.resolve("data").toString(),
                "listeners", "PLAINTEXT://127.0.0.1:0",
                "ahti.cluster.port", "0",
                "ahti.replication.port", "0",
                "ahti.management.port", "0")));
        for (int run = 0; run < 2; run++) {
            Broker broker = Broker.start(config, false);
            Endpoint listener = broker.listeners().get(0);
            exercise(listener.host() + ":" + listener.port());
            probe(broker.management());
            broker.stop();
        }
    }

    /** As Kubernetes and Prometheus do, soon after a start and then all the time. */
    private static void probe(String management) throws IOException {
        for (String path : List.of("/ready", "/alive", "/metrics")) {
            ((HttpURLConnection) URI.create(management + path).toURL().openConnection()).getResponseCode();
        }
    }

    private static void exercise(String bootstrap) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] value = "x".getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(PARTITION.topic(), PARTITION.partition(), null, value))
                    .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            while (consumer.poll(Duration.ofMillis(100)).isEmpty() && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
        }
    }
}
