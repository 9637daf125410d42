package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.protocol.FrameMutator;
import dev.ahti.testing.BrokerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged requests of every API in every version, sent to a whole broker: it lives on, keeps nothing of them, and a
 * producer beside them notices nothing. The long form ({@code -Dahti.long=true}) sends 200,000.
 */
class HostileFramesIT {
    private static final int FRAMES = Boolean.getBoolean("ahti.long") ? 200_000 : 8_000;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    @TempDir
    Path directory;

    @Test
    void theBrokerOutlivesDamagedFramesAndServesAProducerBesideThem() throws Exception {
        try (BrokerProcess broker = BrokerProcess.on(directory).start();
                KafkaProducer<byte[], byte[]> producer = producer(broker)) {
            send(broker, producer, FRAMES / 4, 7);
            long heapBefore = usedHeapKiB(broker);
            send(broker, producer, FRAMES, 8);
            Awaitility.await("connections are let go")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> broker.openSockets() < 40);
            // Topics that the frames created stay, and their logs with them: some KiB each.
            assertThat(usedHeapKiB(broker) - heapBefore).isLessThan(40_000);
            assertThat(broker.output()).doesNotContain("OutOfMemory");
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(BrokerProcess broker) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "linger.ms",
                        0,
                        "delivery.timeout.ms",
                        30_000,
                        "request.timeout.ms",
                        10_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static void send(BrokerProcess broker, KafkaProducer<byte[], byte[]> producer, int frames, long seed)
            throws Exception {
        FrameMutator mutator = new FrameMutator(seed);
        Random random = new Random(seed);
        long offset = -1;
        for (int sent = 0; sent < frames; ) {
            sent += burst(broker, mutator, random);
            if (random.nextInt(10) == 0) {
                Future<RecordMetadata> answer =
                        producer.send(new ProducerRecord<>("beside", "record".getBytes(StandardCharsets.UTF_8)));
                long next = answer.get(30, TimeUnit.SECONDS).offset();
                assertThat(next)
                        .as("seed " + seed + ", after " + sent + " frames")
                        .isGreaterThan(offset);
                offset = next;
            }
        }
    }

    private static int burst(BrokerProcess broker, FrameMutator mutator, Random random) {
        int burst = 1 + random.nextInt(30);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.kafkaPort())) {
            for (int i = 0; i < burst; i++) {
                socket.getOutputStream().write(mutator.next());
            }
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException closedByBroker) {
            assertThat(broker.isAlive()).as(broker.output()).isTrue();
        }
        return burst;
    }

    private static long usedHeapKiB(BrokerProcess broker) throws Exception {
        jcmd(broker, "GC.run");
        Matcher used = USED.matcher(jcmd(broker, "GC.heap_info"));
        long sum = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1));
        }
        assertThat(sum).isPositive();
        return sum;
    }

    private static String jcmd(BrokerProcess broker, String command) throws Exception {
        Process process = new ProcessBuilder("jcmd", Long.toString(broker.pid()), command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
