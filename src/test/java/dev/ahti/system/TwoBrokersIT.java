package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 25: what is lost with each of two brokers, each of which leads one partition. The one of the higher address is the
 * oldest member, so that it is the address that decides and nothing else.
 */
class TwoBrokersIT {
    private static final String TOPIC = "t";
    private static final List<TopicPartition> PARTITIONS =
            List.of(new TopicPartition(TOPIC, 0), new TopicPartition(TOPIC, 1));

    @TempDir
    Path directory;

    private TestCluster cluster;
    private int lower;
    private int higher;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(2, directory);
        List<Integer> ports = Stream.generate(BrokerProcess::freePort)
                .distinct()
                .limit(2)
                .sorted()
                .toList();
        // The cluster is begun by the lowest of the contact points.
        boolean firstBegins =
                cluster.broker(1).managementPort() < cluster.broker(2).managementPort();
        lower = firstBegins ? 2 : 1;
        higher = 3 - lower;
        cluster.broker(lower).with("ahti.cluster.port", Integer.toString(ports.get(0)));
        cluster.broker(higher).with("ahti.cluster.port", Integer.toString(ports.get(1)));
        cluster.ids().forEach(id -> cluster.broker(id).with("min.insync.replicas", "1"));
        cluster.startAll();
        try (Admin admin = cluster.admin(1)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 2))).all().get(60, TimeUnit.SECONDS);
        }
        produce("before");
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private String bootstrap() {
        return cluster.broker(1).bootstrap() + "," + cluster.broker(2).bootstrap();
    }

    /** One to each partition, acknowledged by all that are in sync. */
    private void produce(String value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap(), "acks", "all", "request.timeout.ms", 2000),
                new StringSerializer(),
                new StringSerializer())) {
            for (TopicPartition each : PARTITIONS) {
                producer.send(new ProducerRecord<>(TOPIC, each.partition(), null, value + " " + each.partition()))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    private List<String> consume(int count) {
        List<String> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap()),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(PARTITIONS);
            consumer.seekToBeginning(PARTITIONS);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (values.size() < count && System.nanoTime() - deadline < 0) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    @Test
    void withoutTheOneOfTheHigherAddressTheOtherGoesOnOnceItsHeartbeatsAreMissed() throws Exception {
        cluster.kill(higher);

        produce("meanwhile");
        cluster.awaitLive(List.of(lower));
        cluster.awaitMembers(lower, 1);
        // Nobody could vote on its death (VotesTest): it was the heartbeats.
        assertThat(cluster.broker(lower).output()).contains("Marking node as UNREACHABLE");

        cluster.start(higher);
        cluster.awaitLive(cluster.ids());
        cluster.awaitAllInSync(higher, TOPIC);
        assertThat(consume(4)).containsExactlyInAnyOrder("before 0", "before 1", "meanwhile 0", "meanwhile 1");
    }

    @Test
    void withoutTheOneOfTheLowerAddressTheOtherEndsAndServesNobodyUntilItReturns() throws Exception {
        cluster.kill(lower);

        assertThat(cluster.broker(higher).awaitExit(60)).isEqualTo(1);
        cluster.broker(higher).launch().awaitOutput("Still waiting: to be a member of the cluster");
        // It would have begun a cluster of its own by now.
        assertThat(cluster.members(higher)).isEmpty();
        assertThat(cluster.broker(higher).output()).doesNotContain("ready: broker");

        cluster.start(lower);
        cluster.broker(higher).awaitReady();
        cluster.awaitLive(cluster.ids());
        cluster.awaitAllInSync(lower, TOPIC);
        produce("after");
        assertThat(consume(4)).containsExactlyInAnyOrder("before 0", "before 1", "after 0", "after 1");
    }

    @Test
    void theStartWarns() {
        for (int id : cluster.ids()) {
            assertThat(cluster.broker(id).output()).contains("WARN").contains("two brokers");
        }
    }
}
