package dev.ahti.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A consumer that follows all partitions from their beginning. It has no reset policy: to be told that an offset is out of
 * range, or that the log was truncated below it, is a violation of rule 12.
 */
final class ConsumerLoad implements Runnable {
    private final String name;
    private final String bootstrap;
    private final List<TopicPartition> partitions;
    private final Verdict verdict;
    private final Map<TopicPartition, List<StoredRecord>> consumed = new HashMap<>();
    private volatile boolean running = true;

    ConsumerLoad(String name, String bootstrap, List<TopicPartition> partitions, Verdict verdict) {
        this.name = name;
        this.bootstrap = bootstrap;
        this.partitions = partitions;
        this.verdict = verdict;
        partitions.forEach(each -> consumed.put(each, new ArrayList<>()));
    }

    @Override
    public void run() {
        while (running) {
            try {
                follow();
            } catch (KafkaException e) {
                verdict.violation("consumer failed (rule 12)", name + ": " + e);
                Chaos.pause(1000);
            }
        }
    }

    private void follow() {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap,
                "auto.offset.reset",
                "none",
                "request.timeout.ms",
                10_000,
                "default.api.timeout.ms",
                120_000,
                "reconnect.backoff.max.ms",
                200,
                "metadata.max.age.ms",
                10_000);
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(partitions);
            partitions.forEach(each -> consumer.seek(each, size(each)));
            while (running) {
                consumer.poll(Duration.ofMillis(200)).forEach(this::add);
            }
        }
    }

    private synchronized void add(ConsumerRecord<String, String> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        List<StoredRecord> before = consumed.get(partition);
        if (record.offset() != before.size()) {
            verdict.violation(
                    "consumer's offsets jump",
                    name + ", " + partition + ": " + record.offset() + " after " + (before.size() - 1));
        }
        before.add(new StoredRecord(record.offset(), record.leaderEpoch().orElse(-1), record.value()));
    }

    synchronized long size(TopicPartition partition) {
        return consumed.get(partition).size();
    }

    synchronized List<StoredRecord> consumed(TopicPartition partition) {
        return List.copyOf(consumed.get(partition));
    }

    String name() {
        return name;
    }

    void stop() {
        running = false;
    }
}
