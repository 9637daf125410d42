package dev.ahti.chaos;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A member that reads, and commits before it reads on, so that its group's commits never go back by themselves. Without a
 * reset policy: a commit that is gone is an error to it.
 */
final class GroupMember implements Runnable {
    private final String name;
    private final Map<String, Object> settings;
    private final List<String> topics;
    private final GroupCommits commits;
    private final Verdict verdict;
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private volatile boolean running = true;

    GroupMember(String name, Map<String, Object> settings, List<String> topics, GroupCommits commits, Verdict verdict) {
        this.name = name;
        this.settings = settings;
        this.topics = topics;
        this.commits = commits;
        this.verdict = verdict;
    }

    @Override
    public void run() {
        while (running) {
            next.clear();
            try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
                consumer.subscribe(topics, new Ownership(consumer));
                while (running) {
                    consumer.poll(Duration.ofMillis(200)).forEach(this::add);
                    commit(consumer);
                    Chaos.pause(20);
                }
            } catch (KafkaException e) {
                verdict.violation("member of a group failed", name + ": " + e + ", cause " + e.getCause());
                Chaos.pause(1000);
            }
        }
    }

    private void add(ConsumerRecord<String, String> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        commits.consumed(partition, record.offset());
        next.put(partition, record.offset() + 1);
    }

    private void commit(KafkaConsumer<?, ?> consumer) {
        if (next.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> offsets = Map.copyOf(next);
        long sent = System.nanoTime();
        try {
            consumer.commitSync(offsets.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, each -> new OffsetAndMetadata(each.getValue()))));
            commits.answered(offsets, sent);
        } catch (RebalanceInProgressException
                | CommitFailedException
                | RetriableCommitFailedException
                | TimeoutException notThisTime) {
            verdict.count("commits not made: " + notThisTime.getClass().getSimpleName());
        }
    }

    void stop() {
        running = false;
    }

    private final class Ownership implements ConsumerRebalanceListener {
        private final KafkaConsumer<?, ?> consumer;

        Ownership(KafkaConsumer<?, ?> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            verdict.say("  " + name + " is assigned " + partitions.size() + " partitions");
            for (TopicPartition each : partitions) {
                GroupCommits.Floors before = commits.floors();
                try {
                    long position = consumer.position(each);
                    commits.shown(name, Map.of(each, position), Set.of(each), before);
                    next.put(each, position);
                } catch (TimeoutException notNow) {
                    verdict.count("positions not answered");
                }
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            verdict.say("  " + name + " gives up " + partitions.size() + " partitions");
            next.keySet().removeAll(partitions);
        }
    }
}
