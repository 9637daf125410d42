package dev.ahti.chaos;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** How long after a fault a producer that has just been made waits for its first acknowledgement. */
final class FirstAck {
    private static final int REQUEST_TIMEOUT_MS = 2_000;

    /**
     * More than the pause before metadata are asked for again. A client asks nobody for metadata while it connects; one that
     * is faster to connect again to a broker that hangs than to ask another who leads may wait for as long as that broker
     * hangs (19 s were seen).
     */
    private static final int RECONNECT_BACKOFF_MS = 500;

    private final Ledger ledger;
    private final Verdict verdict;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger faults = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "first ack");
        thread.setDaemon(true);
        return thread;
    });

    FirstAck(Ledger ledger, Verdict verdict) {
        this.ledger = ledger;
        this.verdict = verdict;
    }

    /** Whoever waits from now on waits for the end of another fault too. */
    void anotherFault() {
        faults.incrementAndGet();
    }

    /** Measures in the background, from now on, with a producer for each of these partitions. */
    void measure(String fault, String bootstrap, List<TopicPartition> partitions) {
        long from = System.nanoTime();
        int soFar = faults.get();
        partitions.stream().limit(2).forEach(each -> threads.execute(() -> send(fault, bootstrap, each, from, soFar)));
    }

    private void send(String fault, String bootstrap, TopicPartition to, long from, int soFar) {
        String value = "fresh-" + count.incrementAndGet() + "/0";
        Map<String, Object> settings = ProducerLoad.settings(bootstrap, true, REQUEST_TIMEOUT_MS);
        settings.put("reconnect.backoff.ms", RECONNECT_BACKOFF_MS);
        settings.put("reconnect.backoff.max.ms", RECONNECT_BACKOFF_MS);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            long offset = producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, value))
                    .get()
                    .offset();
            long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
            ledger.acknowledged(to, offset, value);
            verdict.say("  first acknowledgement of a fresh producer after " + ms + " ms");
            String overlap = faults.get() == soFar ? "" : ", and another fault came meanwhile";
            verdict.measured("to the first acknowledgement of a fresh producer, " + fault + overlap, ms);
        } catch (Exception e) {
            verdict.say("a fresh producer has given up, " + fault + ": " + e);
            verdict.count("fresh producers that gave up");
        }
    }

    void awaitAll() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(150, TimeUnit.SECONDS)) {
                verdict.violation("a fresh producer is never answered", "see above");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
