package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.SharedCluster;
import dev.ahti.testing.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers as one cluster on PostgreSQL: who belongs to it, and what all of them know. */
@ExtendWith(SharedCluster.class)
class ClusterIT {
    private static final List<Integer> ALL = List.of(1, 2, 3);

    @TempDir
    Path directory;

    /** Placement goes on where the partitions before ended: of each test it is to begin at the first broker. */
    @BeforeEach
    void fillTheRound(TestCluster cluster) throws Exception {
        try (Admin admin = cluster.admin(1)) {
            Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get();
            int partitions = 0;
            for (String topic : topics) {
                partitions += TestCluster.partitions(admin, topic).size();
            }
            int over = partitions % ALL.size();
            if (over > 0) {
                create(admin, new NewTopic("filler", ALL.size() - over, (short) 1));
            }
        }
    }

    @AfterEach
    void deleteTopics(TestCluster cluster) throws Exception {
        cluster.startAll();
        try (Admin admin = cluster.admin(1)) {
            admin.deleteTopics(admin.listTopics().names().get()).all().get();
        }
    }

    @Test
    void aTopicCreatedAtAnyBrokerShowsAtAllOfThemWithinASecond(TestCluster cluster) throws Exception {
        List<Admin> admins = ALL.stream().map(cluster::admin).toList();
        List<Long> ms = new ArrayList<>();
        for (Admin admin : admins) {
            admin.listTopics().names().get(); // connected
        }
        for (int at : ALL) {
            String topic = "at-" + at;
            create(admins.get(at - 1), new NewTopic(topic, 3, (short) 1));
            long from = System.nanoTime();
            for (Admin admin : admins) {
                Awaitility.await(topic)
                        .atMost(Duration.ofSeconds(5))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> admin.listTopics().names().get().contains(topic));
            }
            ms.add(Duration.ofNanos(System.nanoTime() - from).toMillis());
            for (Admin admin : admins) {
                assertPlaced(admin, topic, List.of(List.of(1), List.of(2), List.of(3)));
            }
        }
        admins.forEach(Admin::close);
        System.out.println("ms from the answer until all three brokers show it: " + ms);
        assertThat(ms).as("at least one, on a machine however busy").anyMatch(each -> each < 1000);
    }

    @Test
    void replicasGoRoundTheBrokersAndTheFirstLeads(TestCluster cluster) throws Exception {
        try (Admin admin = cluster.admin(2)) {
            create(admin, new NewTopic("one", 4, (short) 1));
            assertPlaced(admin, "one", List.of(List.of(1), List.of(2), List.of(3), List.of(1)));
            create(admin, new NewTopic("three", 3, (short) 3));
            assertPlaced(admin, "three", List.of(List.of(2, 3, 1), List.of(3, 1, 2), List.of(1, 2, 3)));
            admin.createPartitions(Map.of("one", NewPartitions.increaseTo(5)))
                    .all()
                    .get();
            assertThat(TestCluster.partitions(admin, "one")).hasSize(5);

            assertThatThrownBy(() -> create(admin, new NewTopic("four", 1, (short) 4)))
                    .hasCauseInstanceOf(InvalidReplicationFactorException.class)
                    .hasMessageContaining("Unable to replicate the partition 4 time(s): The target replication factor"
                            + " of 4 cannot be reached because only 3 broker(s) are registered.");
        }
    }

    /** {@code kafka-topics --describe}'s replicas, leader = first and ISR = replicas. */
    private static void assertPlaced(Admin admin, String topic, List<List<Integer>> replicas) throws Exception {
        List<TopicPartitionInfo> partitions = TestCluster.partitions(admin, topic);
        assertThat(partitions).extracting(each -> ids(each.replicas())).isEqualTo(replicas);
        assertThat(partitions).allSatisfy(each -> {
            assertThat(each.leader().id()).isEqualTo(each.replicas().get(0).id());
            assertThat(ids(each.isr())).isEqualTo(ids(each.replicas()));
        });
    }

    private static List<Integer> ids(List<Node> nodes) {
        return nodes.stream().map(Node::id).toList();
    }

    private static void create(Admin admin, NewTopic topic) throws Exception {
        admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
    }

    @Test
    void theDatabaseHoldsTheDecisionsAsEventsThatPeopleCanRead(TestCluster cluster) throws Exception {
        int before = cluster.journal().size();
        try (Admin admin = cluster.admin(3)) {
            create(admin, new NewTopic("journaled", 1, (short) 3));
        }
        String events = String.join(
                "\n", cluster.journal().subList(before, cluster.journal().size()));
        assertThat(events)
                .containsPattern("CreateTopic \\{.*\"journaled\"")
                .containsPattern("AssignPartition \\{.*\\[1,2,3]")
                .containsPattern("SetPartitionLeader \\{.*\"leader\":1")
                .containsPattern("UpdateISR \\{(.*\"broker\":[123]){3}");
    }

    @Test
    void clientsOfAnyBrokerWriteToAndReadFromAllLeaders(TestCluster cluster) throws Exception {
        for (int at : ALL) {
            String topic = "through-" + at;
            try (Admin admin = cluster.admin(at)) {
                create(admin, new NewTopic(topic, 3, (short) 1));
            }
            List<String> sent = List.of("to partition 0", "to partition 1", "to partition 2");
            produce(cluster, at, topic, sent);
            assertThat(consume(cluster, at % 3 + 1, topic, 3)).isEqualTo(Set.copyOf(sent));
        }
    }

    private static void produce(TestCluster cluster, int at, String topic, List<String> values) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", cluster.broker(at).bootstrap(), "acks", "all");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int partition = 0; partition < values.size(); partition++) {
                producer.send(new ProducerRecord<>(topic, partition, null, values.get(partition)))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static Set<String> consume(TestCluster cluster, int at, String topic, int partitions) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", cluster.broker(at).bootstrap());
        Set<String> values = new HashSet<>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> all = IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (values.size() < partitions && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    @Test
    void brokersThatAreStoppedAndStartedInTurnEndWithStatusZeroAndAreAClusterAgain(TestCluster cluster) {
        for (int id : ALL) {
            assertThat(cluster.stop(id)).as(cluster.broker(id).output()).isZero();
            cluster.awaitLive(ALL.stream().filter(each -> each != id).toList());
            cluster.start(id);
            cluster.awaitLive(ALL);
        }
        cluster.awaitMembers(1, 3);
    }

    /** Rule 25: no broker is special, not even the one with the lowest address. */
    @Test
    void aClusterThatWasKilledWholeFormsAgainWithoutOneOfThem(TestCluster cluster) throws Exception {
        try (Admin admin = cluster.admin(1)) {
            create(admin, new NewTopic("kept", 3, (short) 1));
        }
        produce(cluster, 1, "kept", List.of("a", "b", "c"));
        ALL.forEach(cluster::kill);

        cluster.broker(2).launch();
        cluster.broker(3).launch();
        cluster.broker(2).awaitReady();
        cluster.broker(3).awaitReady();
        cluster.awaitLive(List.of(2, 3));
        cluster.awaitMembers(2, 2);

        cluster.start(1);
        cluster.awaitLive(ALL);
        cluster.awaitMembers(3, 3);
        assertThat(consume(cluster, 3, "kept", 3)).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void aBrokerIdThatIsUsedTwiceIsRefusedWithBothAddresses(TestCluster cluster) {
        try (BrokerProcess second = cluster.broker(2, directory)) {
            second.with("ahti.cluster.contact-points", cluster.contactPoints()).launch();

            assertThat(second.awaitExit(60)).isEqualTo(1);
            assertThat(second.output())
                    .contains("ahti: broker 2 runs already at")
                    .contains(cluster.broker(2).bootstrap())
                    .contains(second.bootstrap());
        }
        cluster.awaitMembers(1, 3);
        cluster.awaitLive(ALL);
    }

    @Test
    void aBrokerWithAnotherSecretCannotJoin(TestCluster cluster) {
        try (BrokerProcess stranger = cluster.broker(4, directory)) {
            stranger.with("ahti.cluster.contact-points", cluster.contactPoints())
                    .with("ahti.cluster.secret", "another")
                    .launch();

            assertThat(stranger.awaitExit(60)).isEqualTo(1);
            assertThat(stranger.output())
                    .contains("ahti: the brokers at ahti.cluster.contact-points do not take this one");
        }
        cluster.awaitMembers(1, 3);
    }

    @Test
    void aBrokerThatTheOthersHaveRemovedEndsWithAStatusThatSaysSoWhenItWakes(TestCluster cluster) {
        cluster.pause(3);
        cluster.awaitMembers(1, 2);
        cluster.awaitLive(List.of(1, 2));
        cluster.resume(3);

        assertThat(cluster.broker(3).awaitExit(60)).isEqualTo(1);

        cluster.start(3);
        cluster.awaitLive(ALL);
    }

    @Test
    void aBrokerThatReturnsWithANewAddressTakesItsOwnPlace(TestCluster cluster) {
        cluster.kill(3);
        int port = BrokerProcess.freePort();
        cluster.broker(3).with("ahti.cluster.port", Integer.toString(port)).start();

        cluster.awaitLive(ALL);
        cluster.awaitMembers(1, 3);
        assertThat(cluster.members(1)).anyMatch(address -> address.endsWith(":" + port));
    }
}
