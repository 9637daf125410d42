package dev.ahti.chaos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * One producer that sends {@code name/number} to all partitions in turn, numbered for each. What fails but by time is a
 * violation with acks=all: a retry that the brokers refuse has lost its place.
 */
final class ProducerLoad implements Runnable {
    static final String ACKS_ONE = "one";

    private final String name;
    private final String bootstrap;
    private final List<TopicPartition> partitions;
    private final int perSecond;
    private final int requestTimeoutMs;
    private final Ledger ledger;
    private final Verdict verdict;
    private volatile boolean running = true;
    private int lives;

    ProducerLoad(
            String name,
            String bootstrap,
            List<TopicPartition> partitions,
            int perSecond,
            int requestTimeoutMs,
            Ledger ledger,
            Verdict verdict) {
        this.name = name;
        this.bootstrap = bootstrap;
        this.partitions = partitions;
        this.perSecond = perSecond;
        this.requestTimeoutMs = requestTimeoutMs;
        this.ledger = ledger;
        this.verdict = verdict;
    }

    private boolean acksAll() {
        return !name.startsWith(ACKS_ONE);
    }

    static Map<String, Object> settings(String bootstrap, boolean acksAll, int requestTimeoutMs) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", acksAll ? "all" : "1");
        settings.put("enable.idempotence", acksAll);
        settings.put("linger.ms", 5);
        settings.put("request.timeout.ms", requestTimeoutMs);
        settings.put("delivery.timeout.ms", 120_000);
        settings.put("max.block.ms", 120_000);
        settings.put("reconnect.backoff.max.ms", 200);
        settings.put("retry.backoff.ms", 50);
        settings.put("retry.backoff.max.ms", 200);
        settings.put("buffer.memory", 8 << 20);
        return settings;
    }

    @Override
    public void run() {
        while (running) {
            live(name + "." + ++lives);
        }
    }

    /** Until it is to stop, or has failed for good: then another one goes on in its place. */
    private void live(String life) {
        AtomicBoolean failed = new AtomicBoolean();
        Map<TopicPartition, AtomicInteger> numbers = new HashMap<>();
        try (var producer = new KafkaProducer<>(
                settings(bootstrap, acksAll(), requestTimeoutMs), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; running && !failed.get(); i++) {
                TopicPartition to = partitions.get(i % partitions.size());
                int number =
                        numbers.computeIfAbsent(to, key -> new AtomicInteger()).getAndIncrement();
                String value = life + "/" + number;
                producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, value), (metadata, error) -> {
                    if (error == null) {
                        acknowledged(to, metadata.hasOffset() ? metadata.offset() : -1, value);
                    } else {
                        failed(to, value, error);
                        failed.compareAndSet(false, !(error instanceof TimeoutException));
                    }
                });
                Chaos.pause(Math.max(1, 1000 / perSecond));
            }
        } catch (RuntimeException e) {
            failed(null, life, e);
        }
    }

    private void acknowledged(TopicPartition partition, long offset, String value) {
        if (offset < 0) {
            verdict.violation("acknowledged without an offset", partition + ": " + value);
        } else if (acksAll()) {
            ledger.acknowledged(partition, offset, value);
        } else {
            ledger.acknowledgedByLeader(partition, offset, value);
        }
    }

    private void failed(TopicPartition partition, String value, Exception error) {
        String what = error.getClass().getSimpleName();
        if (acksAll() && !(error instanceof TimeoutException)) {
            verdict.violation("producer failed", partition + ", " + value + ": " + error);
        } else {
            verdict.count("send failed, acks=" + (acksAll() ? "all" : "1") + ": " + what);
        }
    }

    void stop() {
        running = false;
    }
}
