package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.SharedCluster;
import dev.ahti.testing.TestCluster;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The metadata database is away when a broker starts. That of a first start is in {@link StartErrorsIT}. */
@ExtendWith(SharedCluster.class)
class DatabaseAwayIT {
    private final int port = BrokerProcess.freePort();

    @TempDir
    Path directory;

    private EmbeddedPostgres postgres() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(directory.resolve("postgresql"))
                .setCleanDataDirectory(false)
                .start();
    }

    /** Rule 23. */
    @Test
    void aBrokerThatTheClusterKnowsWaitsForItAndIsReadyOnceItIsBack() throws Exception {
        try (BrokerProcess broker = BrokerProcess.on(directory.resolve("data"))) {
            try (EmbeddedPostgres database = postgres()) {
                broker.with("ahti.metadata.url", database.getJdbcUrl("postgres", "postgres"))
                        .start();
                assertThat(broker.terminate()).isZero();
            }

            broker.launch().awaitOutput("Still waiting: to be registered");
            assertThat(broker.output()).contains("Going on without it: the metadata database");
            assertThat(broker.isAlive()).isTrue();

            try (EmbeddedPostgres database = postgres()) {
                broker.awaitReady();
                assertThat(broker.terminate()).isZero();
            }
        }
    }

    private static Path log(BrokerProcess broker, int partition) {
        return broker.data().resolve("away-" + partition + "/00000000000000000000.log");
    }

    private static void assertSameLog(TestCluster cluster, int one, int other, int partition) {
        await("broker " + other + " has what broker " + one + " has")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(log(cluster.broker(other), partition))
                        .hasSameBinaryContentAs(log(cluster.broker(one), partition)));
    }

    /** One to each of the partitions; each is acknowledged by now, or has failed. */
    private static List<Future<RecordMetadata>> send(TestCluster cluster, String acks, int seconds, int... partitions) {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        cluster.broker(1).bootstrap(),
                        "acks",
                        acks,
                        "enable.idempotence",
                        false,
                        "delivery.timeout.ms",
                        seconds * 1_000,
                        "request.timeout.ms",
                        seconds * 500,
                        "linger.ms",
                        0),
                new StringSerializer(),
                new StringSerializer())) {
            return Arrays.stream(partitions)
                    .mapToObj(each -> producer.send(new ProducerRecord<>("away", each, null, "acks " + acks)))
                    .toList();
        }
    }

    /** Rule 23: partition 0 is led by broker 1, partition 1 by broker 3. */
    @Test
    void oneOfThreeTakesTheImageFromAnotherAndFollowsButNeitherLeadsNorCountsAsInSync(TestCluster cluster)
            throws Exception {
        try (Admin admin = cluster.admin(1)) {
            admin.createTopics(List.of(new NewTopic("away", Map.of(0, List.of(1, 2, 3), 1, List.of(3, 1, 2)))))
                    .all()
                    .get();
            cluster.awaitAllInSync(1, "away");
            cluster.stopDatabase();
            cluster.kill(3);
            send(cluster, "1", 60, 0).get(0).get();

            cluster.broker(3).launch().awaitOutput("it follows, as the image of another broker says");
            assertSameLog(cluster, 1, 3, 0);
            send(cluster, "1", 60, 0).get(0).get();
            assertSameLog(cluster, 1, 3, 0);

            assertThat(send(cluster, "all", 4, 0, 1))
                    .allSatisfy(sent -> assertThat(sent).failsWithin(Duration.ZERO));
            assertThat(cluster.broker(3).output()).doesNotContain("ready: broker");

            cluster.startDatabase();
            cluster.broker(3).awaitReady();
            cluster.awaitLive(cluster.ids());
            cluster.awaitAllInSync(1, "away");
            assertThat(send(cluster, "all", 60, 0, 1))
                    .allSatisfy(sent -> assertThat(sent).succeedsWithin(Duration.ZERO));
            admin.deleteTopics(List.of("away")).all().get();
        }
    }
}
