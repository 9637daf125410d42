package dev.ahti.testing;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A consumer in a group, until it is to end. {@link EarlierClients} load this class anew for another version of Kafka's
 * clients: so it uses what all of them have, and no type of Kafka's goes out or in.
 */
public final class GroupConsumer implements Runnable {
    private final Map<String, Object> settings;
    private final Member member;

    /** Whose consumer it is. */
    public interface Member {
        /** Names of topics, or a {@link Pattern}. */
        Object subscription();

        boolean ended();

        /** @param generation of the group, or the member's epoch, when the record was handed out */
        void consumed(int generation, String topic, int partition, long offset, String value);

        void assigned(Map<String, Set<Integer>> partitions);
    }

    public GroupConsumer(Map<String, Object> settings, Member member) {
        this.settings = settings;
        this.member = member;
    }

    @Override
    public void run() {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            Object subscription = null;
            while (!member.ended()) {
                if (member.subscription() != subscription) {
                    subscription = member.subscription();
                    subscribe(consumer, subscription);
                }
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    member.consumed(
                            consumer.groupMetadata().generationId(),
                            each.topic(),
                            each.partition(),
                            each.offset(),
                            each.value());
                }
                Map<String, Set<Integer>> assigned = new HashMap<>();
                for (TopicPartition each : consumer.assignment()) {
                    assigned.computeIfAbsent(each.topic(), topic -> new TreeSet<>())
                            .add(each.partition());
                }
                member.assigned(assigned);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static void subscribe(KafkaConsumer<String, String> consumer, Object subscription) {
        if (subscription instanceof Pattern pattern) {
            consumer.subscribe(pattern);
        } else {
            consumer.subscribe((Collection<String>) subscription);
        }
    }
}
