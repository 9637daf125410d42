package dev.ahti.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker with topics for groups. It has Kafka's settings, but for the times that tests would wait for. */
public final class GroupsBroker implements AutoCloseable {
    private static final int LIMIT_SECONDS = 60;

    private final BrokerProcess process;
    private final Admin admin;
    private final KafkaProducer<String, String> producer;

    /** How members agree on who gets what. */
    public enum Kind {
        EAGER("partition.assignment.strategy", RangeAssignor.class.getName()),
        COOPERATIVE("partition.assignment.strategy", CooperativeStickyAssignor.class.getName()),
        /** By the coordinator (KIP-848). */
        CONSUMER("group.protocol", "consumer");

        private final String setting;
        private final String value;

        Kind(String setting, String value) {
            this.setting = setting;
            this.value = value;
        }

        public Map<String, String> settings() {
            return Map.of(setting, value);
        }
    }

    public GroupsBroker(Path directory) {
        process = BrokerProcess.on(directory)
                .with("group.initial.rebalance.delay.ms", "0")
                .with("group.consumer.min.heartbeat.interval.ms", "300")
                .with("group.consumer.heartbeat.interval.ms", "300")
                .with("group.consumer.min.session.timeout.ms", "3000")
                .with("group.consumer.assignment.interval.ms", "0")
                .start();
        admin = Admin.create(Map.of("bootstrap.servers", process.bootstrap()));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", process.bootstrap()), new StringSerializer(), new StringSerializer());
    }

    public BrokerProcess process() {
        return process;
    }

    public Admin admin() {
        return admin;
    }

    /** Of a group named as its topic. */
    public GroupMembers group(String topic, Kind kind) {
        return group(topic, List.of(topic), kind);
    }

    public GroupMembers group(String name, Object subscription, Kind kind) {
        return new GroupMembers(process.bootstrap(), name, subscription, kind.settings());
    }

    public void create(String topic, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    public void increase(String topic, int partitions) throws Exception {
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                .all()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Ten to each partition; returns their values. */
    public List<String> send(String topic, int partitions, String what) throws Exception {
        List<String> values = new ArrayList<>();
        List<Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < 10 * partitions; i++) {
            String value = what + " " + i;
            values.add(value);
            sent.add(producer.send(new ProducerRecord<>(topic, i % partitions, null, value)));
        }
        for (Future<?> each : sent) {
            each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
        return values;
    }

    public Map<TopicPartition, Long> ends(String topic, int partitions) throws Exception {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            TopicPartition each = new TopicPartition(topic, partition);
            ends.put(
                    each,
                    admin.listOffsets(Map.of(each, OffsetSpec.latest()))
                            .partitionResult(each)
                            .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                            .offset());
        }
        return ends;
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
        process.close();
    }
}
