package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.GroupMembers;
import dev.ahti.testing.GroupMembers.Consumed;
import dev.ahti.testing.SharedCluster;
import dev.ahti.testing.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups whose coordinator's node is killed. */
@ExtendWith(SharedCluster.class)
class GroupFailoverIT {
    private static final int LIMIT_SECONDS = 60;
    private static final int PARTITIONS = 6;

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aGroupGoesOnAtAnotherBrokerWhenThatOfItsCoordinatorIsKilled(String protocol, TestCluster cluster)
            throws Exception {
        String topic = "failover-" + protocol;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap(cluster)));
                KafkaProducer<String, String> producer = producer(cluster);
                GroupMembers group = group(cluster, topic, protocol)) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 3)))
                    .all()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            group.join("a", "b", "c").awaitDivided(PARTITIONS);
            List<String> sent = new ArrayList<>(send(producer, topic, "before"));
            group.awaitConsumed(sent);
            awaitCommitted(admin, topic, 10);
            int coordinator = admin.describeConsumerGroups(List.of(topic))
                    .describedGroups()
                    .get(topic)
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .coordinator()
                    .id();

            cluster.kill(coordinator);
            long from = System.nanoTime();
            sent.addAll(send(producer, topic, "after"));
            Map<TopicPartition, Long> committed = awaitCommitted(admin, topic, 20);
            System.out.println(
                    "ms from kill -9 of a " + protocol + " group's coordinator until all is committed again: "
                            + Duration.ofNanos(System.nanoTime() - from).toMillis());

            group.awaitConsumed(sent);
            group.awaitDivided(PARTITIONS);
            assertThat(group.sharedInOneGeneration()).isEmpty();
            assertThat(group.consumed().stream().map(Consumed::value).distinct())
                    .containsExactlyInAnyOrderElementsOf(sent);
            cluster.start(coordinator);
            assertThat(GroupMembers.committed(admin, topic)).isEqualTo(committed);
        }
    }

    private static GroupMembers group(TestCluster cluster, String topic, String protocol) {
        Map<String, String> settings = new HashMap<>(Map.of("group.protocol", protocol));
        if (protocol.equals("classic")) {
            settings.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        }
        return new GroupMembers(bootstrap(cluster), topic, List.of(topic), settings);
    }

    private static String bootstrap(TestCluster cluster) {
        return cluster.ids().stream().map(id -> cluster.broker(id).bootstrap()).collect(Collectors.joining(","));
    }

    private static KafkaProducer<String, String> producer(TestCluster cluster) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap(cluster), "acks", "all"),
                new StringSerializer(),
                new StringSerializer());
    }

    /** Ten to each partition. */
    private static List<String> send(KafkaProducer<String, String> producer, String topic, String what)
            throws Exception {
        List<String> values = new ArrayList<>();
        List<Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < 10 * PARTITIONS; i++) {
            values.add(what + " " + i);
            sent.add(producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, what + " " + i)));
        }
        for (Future<?> each : sent) {
            each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
        return values;
    }

    /** Waits until this offset is committed for each partition; none may go back on the way. */
    private static Map<TopicPartition, Long> awaitCommitted(Admin admin, String group, long offset) {
        Map<TopicPartition, Long> highest = new HashMap<>();
        return Awaitility.await("offset " + offset + " committed")
                .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> {
                            Map<TopicPartition, Long> now = GroupMembers.committed(admin, group);
                            now.forEach((partition, each) -> assertThat(each)
                                    .as(partition + " goes back")
                                    .isGreaterThanOrEqualTo(highest.merge(partition, each, Math::max)));
                            return now;
                        },
                        now -> now.size() == PARTITIONS && now.values().stream().allMatch(each -> each == offset));
    }
}
