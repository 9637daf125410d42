package dev.ahti.system;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Producers with Kafka's default settings (idempotent, acks=all, its retries and back-offs) that send numbered records to
 * all partitions of a topic until they are told to stop, and what became of these.
 */
final class SteadyLoad {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration WORTH_NOTING = Duration.ofMillis(100);

    /** A time without an acknowledgement. */
    record Gap(int partition, Instant began, Duration length) {
        @Override
        public String toString() {
            return partition + ": " + length.toMillis() + " ms from " + began + " on";
        }
    }

    private final String bootstrap;
    private final String topic;
    private final List<Thread> producers;
    private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
    private final List<Exception> failures = Collections.synchronizedList(new ArrayList<>());
    private final long[] lastAckNanos;
    private final List<Gap> gaps = new ArrayList<>();
    private volatile boolean running = true;
    private int acknowledged;

    private SteadyLoad(String bootstrap, String topic, int partitions, int producers) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.lastAckNanos = new long[partitions];
        this.producers = IntStream.range(0, producers)
                .mapToObj(i -> new Thread(() -> produce("producer-" + i), "producer-" + i))
                .toList();
    }

    static SteadyLoad start(String bootstrap, String topic, int partitions, int producers) {
        SteadyLoad load = new SteadyLoad(bootstrap, topic, partitions, producers);
        load.producers.forEach(Thread::start);
        return load;
    }

    private void produce(String name) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "client.id", name),
                new StringSerializer(),
                new StringSerializer())) {
            for (int i = 0; running; i++) {
                int partition = i % lastAckNanos.length;
                String value = name + "/" + i;
                sent.add(value);
                producer.send(
                        new ProducerRecord<>(topic, partition, null, value),
                        (metadata, failure) -> answered(partition, failure));
                LockSupport.parkNanos(EVERY_NANOS);
            }
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }

    private synchronized void answered(int partition, Exception failure) {
        if (failure != null) {
            failures.add(failure);
            return;
        }
        long now = System.nanoTime();
        if (lastAckNanos[partition] != 0) {
            noteGap(partition, Duration.ofNanos(now - lastAckNanos[partition]));
        }
        lastAckNanos[partition] = now;
        acknowledged++;
    }

    private void noteGap(int partition, Duration length) {
        if (length.compareTo(WORTH_NOTING) > 0) {
            gaps.add(new Gap(partition, Instant.now().minus(length), length));
        }
    }

    synchronized int acknowledged() {
        return acknowledged;
    }

    /** Begins to measure anew. */
    synchronized void forgetGaps() {
        Arrays.fill(lastAckNanos, 0);
        gaps.clear();
    }

    /** The times above a tenth of a second that a partition, to which somebody sent all the while, was without an acknowledgement. */
    synchronized List<Gap> gaps() {
        return List.copyOf(gaps);
    }

    /** Returns what was sent, when all of it has been answered. */
    List<String> stop() throws InterruptedException {
        running = false;
        for (Thread each : producers) {
            each.join(LIMIT.toMillis());
        }
        return List.copyOf(sent);
    }

    /** What clients were told of and are not to be told of. */
    List<Exception> failures() {
        return List.copyOf(failures);
    }

    /** All records of the topic, in the order of each partition. */
    List<String> stored() {
        List<TopicPartition> partitions = IntStream.range(0, lastAckNanos.length)
                .mapToObj(i -> new TopicPartition(topic, i))
                .toList();
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Set<Integer> open = new TreeSet<>(
                    IntStream.range(0, lastAckNanos.length).boxed().toList());
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (!open.isEmpty() && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    values.add(each.value());
                }
                partitions.forEach(each -> {
                    if (consumer.position(each) >= ends.get(each)) {
                        open.remove(each.partition());
                    }
                });
            }
        }
        return values;
    }
}
