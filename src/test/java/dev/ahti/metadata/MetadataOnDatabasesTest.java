package dev.ahti.metadata;

import static dev.ahti.metadata.MetadataNode.TIMEOUT;
import static dev.ahti.metadata.MetadataNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import dev.ahti.metadata.MetadataClient.MorePartitions;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.metadata.event.StartEpoch;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.ImageSnapshot;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One node's metadata on the databases that we support. */
class MetadataOnDatabasesTest {
    private static EmbeddedPostgres postgres;

    @TempDir
    Path directory;

    private String url;

    enum Kind {
        H2,
        POSTGRESQL
    }

    @AfterAll
    static void stopPostgres() throws IOException {
        if (postgres != null) {
            postgres.close();
        }
    }

    private MetadataDatabase open(Kind kind) throws Exception {
        if (url == null) {
            url = kind == Kind.H2 ? MetadataDatabase.embeddedUrl(directory) : newPostgresDatabase();
        }
        return MetadataDatabase.open(url, user(kind), user(kind));
    }

    private static String user(Kind kind) {
        return kind == Kind.H2 ? null : "postgres";
    }

    private static String newPostgresDatabase() throws Exception {
        if (postgres == null) {
            postgres = EmbeddedPostgres.builder().start();
        }
        String name = "m" + UUID.randomUUID().toString().replace("-", "");
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        return postgres.getJdbcUrl("postgres", name).replaceAll("\\?.*", "");
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, partitions, (short) 1, Map.of(), Map.of());
    }

    private static List<TopicResult> create(MetadataNode node, NewTopic... topics) {
        return await(node.client().createTopics(List.of(topics), false, TIMEOUT));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCreatedTopicShowsAtOnceAndIsThereAfterARestartUnderHigherEpochs(Kind kind) throws Exception {
        PartitionImage before;
        String clusterId;
        try (MetadataNode node = MetadataNode.live(open(kind))) {
            List<TopicResult> results = create(node, topic("t", 2), topic("bad name", 1));

            assertThat(results)
                    .extracting(TopicResult::error)
                    .containsExactly(Errors.NONE, Errors.INVALID_TOPIC_EXCEPTION);
            before = node.client().image().partition("t", 1);
            clusterId = node.client().image().clusterId();
            assertThat(before.leader()).isEqualTo(1);
            assertThat(before.isr()).containsExactly(new IsrMember(1, node.metadata.incarnation()));
        }
        try (MetadataNode node = MetadataNode.live(open(kind))) {
            PartitionImage after = node.client().image().partition("t", 1);

            assertThat(after.id()).isEqualTo(before.id());
            assertThat(after.leader()).isEqualTo(1);
            assertThat(after.leaderEpoch()).isGreaterThan(before.leaderEpoch());
            assertThat(after.isr()).containsExactly(new IsrMember(1, node.metadata.incarnation()));
            assertThat(node.client().image().clusterId()).isEqualTo(clusterId);
            assertThat(node.client().image().metadataEpoch()).isEqualTo(2);
            assertThat(node.fatal).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void topicsGrowAreConfiguredAndDeleted(Kind kind) throws Exception {
        try (MetadataNode node = MetadataNode.live(open(kind))) {
            Uuid id = create(node, topic("t", 1)).get(0).topicId();
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "t");
            var configured = await(node.client()
                    .alterConfigs(
                            List.of(new ConfigChange(
                                    resource, false, List.of(new ConfigOperation("retention.ms", OpType.SET, "1000")))),
                            false,
                            TIMEOUT));
            var grown = await(
                    node.client().createPartitions(List.of(new MorePartitions("t", 3, List.of())), false, TIMEOUT));

            assertThat(configured.get(0).error()).isEqualTo(Errors.NONE);
            assertThat(grown.get(0).error()).isEqualTo(Errors.NONE);
            assertThat(node.client().image().topic("t").partitions()).hasSize(3);
            assertThat(node.client().image().topicConfigs("t")).containsEntry("retention.ms", "1000");

            var first = await(node.client().reserveProducerIds(TIMEOUT));
            var second = await(node.client().reserveProducerIds(TIMEOUT));
            assertThat(second.firstId()).isEqualTo(first.firstId() + first.count());

            var deleted = await(node.client().deleteTopics(List.of(id), TIMEOUT));
            assertThat(deleted.get(0).error()).isEqualTo(Errors.NONE);
            assertThat(node.client().image().topic("t")).isNull();
            assertThat(node.client().image().topicConfigs("t")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void recoversFromASnapshotWhoseEventsAreDeleted(Kind kind) throws Exception {
        ImageSnapshot before;
        try (MetadataNode node = MetadataNode.live(open(kind), MetadataNode.settings(20))) {
            for (int i = 0; i < 30; i++) {
                create(node, topic("topic-" + i, 1));
            }
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> oldestEvent(kind) > 20);
            before = ImageSnapshot.of(node.client().image());
        }
        try (MetadataNode node = MetadataNode.live(open(kind), MetadataNode.settings(20))) {
            ClusterImage after = node.client().image();

            assertThat(after.topics()).hasSize(30);
            assertThat(ImageSnapshot.of(after).topics())
                    .extracting(ImageSnapshot.Topic::id)
                    .isEqualTo(before.topics().stream()
                            .map(ImageSnapshot.Topic::id)
                            .toList());
            assertThat(create(node, topic("one-more", 1)).get(0).error()).isEqualTo(Errors.NONE);
        }
    }

    /** Lowest sequence number in the journal that holds an event. */
    private long oldestEvent(Kind kind) throws SQLException {
        try (Connection connection = connect(kind);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT MIN(\"sequence_number\") FROM \"event_journal\" WHERE \"persistence_id\" = 'partition-metadata'")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private Connection connect(Kind kind) throws SQLException {
        return kind == Kind.H2
                ? DriverManager.getConnection(url, "", "")
                : DriverManager.getConnection(url, "postgres", "postgres");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aFailedPersistIsAnErrorForEachTopicAndTheNextRequestSucceeds(Kind kind) throws Exception {
        try (MetadataNode node = MetadataNode.live(open(kind));
                Connection connection = connect(kind);
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE \"event_journal\" RENAME TO \"hidden\"");
            List<TopicResult> failed = create(node, topic("a", 1), topic("b", 1));
            statement.execute("ALTER TABLE \"hidden\" RENAME TO \"event_journal\"");

            assertThat(failed)
                    .extracting(TopicResult::error)
                    .containsExactly(Errors.REQUEST_TIMED_OUT, Errors.REQUEST_TIMED_OUT);
            assertThat(create(node, topic("a", 1)).get(0).error()).isEqualTo(Errors.NONE);
            assertThat(node.client().image().topics()).hasSize(1);
            assertThat(node.fatal).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anotherWriterOfTheJournalStopsTheNode(Kind kind) throws Exception {
        try (MetadataNode node = MetadataNode.live(open(kind));
                Connection connection = connect(kind);
                Statement statement = connection.createStatement()) {
            long next = node.client().image().version() + 1;
            statement.execute("INSERT INTO \"event_journal\" (\"persistence_id\", \"sequence_number\", \"deleted\","
                    + " \"writer\", \"write_timestamp\", \"adapter_manifest\", \"event_payload\", \"event_ser_id\","
                    + " \"event_ser_manifest\") SELECT \"persistence_id\", " + next + ", \"deleted\", 'other',"
                    + " \"write_timestamp\", \"adapter_manifest\", \"event_payload\", \"event_ser_id\","
                    + " \"event_ser_manifest\" FROM \"event_journal\" WHERE \"sequence_number\" = 1");

            assertThat(create(node, topic("t", 1)).get(0).error()).isEqualTo(Errors.REQUEST_TIMED_OUT);
            Awaitility.await().until(() -> !node.fatal.isEmpty());
            assertThat(node.fatal).singleElement().asString().contains("another node writes the metadata journal");
            assertThat(node.client().image().topics()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aLargeRequestIsOnePersist(Kind kind) throws Exception {
        try (MetadataNode node = MetadataNode.live(open(kind))) {
            NewTopic[] topics =
                    IntStream.range(0, 200).mapToObj(i -> topic("t" + i, 10)).toArray(NewTopic[]::new);

            assertThat(create(node, topics)).allMatch(each -> each.error() == Errors.NONE);
            assertThat(node.client().image().topics()).hasSize(200);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aNewDirectoryNeverLeadsWhatItLost(Kind kind) throws Exception {
        try (MetadataNode node = MetadataNode.live(open(kind))) {
            create(node, topic("t", 1));
        }
        try (MetadataNode node = new MetadataNode(open(kind), MetadataNode.settings(1000), true, new Uuid(2, 2))) {
            await(node.metadata.registered());
            ClusterImage live = await(node.metadata.markReady());

            assertThat(live.partition("t", 0).leader()).isEqualTo(PartitionImage.NO_LEADER);
            assertThat(create(node, topic("u", 1)).get(0).error()).isEqualTo(Errors.NONE);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theJournalBeginsWithTheEpoch(Kind kind) throws Exception {
        try (MetadataNode node = MetadataNode.live(open(kind));
                Connection connection = connect(kind);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT \"event_ser_manifest\" FROM \"event_journal\" ORDER BY \"ordering\"")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo(StartEpoch.class.getName());
            assertThat(node.client().image().metadataEpoch()).isEqualTo(1);
        }
    }
}
