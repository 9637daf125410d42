package dev.ahti.metadata;

import static dev.ahti.metadata.MetadataCluster.topic;
import static dev.ahti.metadata.MetadataNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cluster of three with many partitions takes, on PostgreSQL: printed, and held against limits that are generous. */
class ManyPartitionsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void startPostgres() throws IOException {
        postgres = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stopPostgres() throws IOException {
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {3_000, 10_000})
    void areCreatedQuicklyAndGetTheirLeadersInOnePersist(int partitions) throws Exception {
        String name = "many" + partitions;
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        String url = postgres.getJdbcUrl("postgres", name).replaceAll("\\?.*", "");
        try (MetadataCluster cluster = MetadataCluster.live(3, url, "postgres", MetadataNode.settings(2000))) {
            MetadataNode asked = cluster.node(2);
            long creating = millis(() -> {
                assertThat(cluster.create(2, topic("many", partitions, 3))
                                .get(0)
                                .error())
                        .isEqualTo(Errors.NONE);
                cluster.awaitAll(image -> image.topic("many") != null);
            });

            List<IsrProposal> shrunk = asked.client().image().topic("many").partitions().stream()
                    .filter(each -> each.leader() == 2)
                    .map(each -> new IsrProposal(
                            each.id(),
                            each.leaderEpoch(),
                            each.partitionEpoch(),
                            each.isr().stream().filter(m -> m.broker() != 1).toList()))
                    .toList();
            long shrinking = millis(() -> assertThat(
                            await(asked.metadata.proposeIsr(shrunk, LONG)).results())
                    .hasSize(shrunk.size())
                    .allMatch(each -> each.error() == Errors.NONE));

            long before = asked.client().image().version();
            ClusterImage image = asked.client().image();
            long fencing = millis(() -> assertThat(await(asked.metadata.declareDead(
                                    3, image.brokers().get(3).incarnation(), "test", LONG))
                            .error())
                    .isEqualTo(Errors.NONE));

            System.out.printf(
                    "%d partitions x 3: created in %d ms, %d ISRs changed in %d ms, a broker fenced with %d events in %d ms%n",
                    partitions,
                    creating,
                    shrunk.size(),
                    shrinking,
                    asked.client().image().version() - before,
                    fencing);
            assertThat(asked.client().image().topic("many").partitions())
                    .allMatch(each -> each.leader() != 3 && each.leader() != PartitionImage.NO_LEADER)
                    .noneMatch(each -> each.isrBrokers().contains(3));
            assertThat(creating).isLessThan(30_000);
            assertThat(fencing).isLessThan(10_000);
        }
    }

    private static long millis(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }
}
