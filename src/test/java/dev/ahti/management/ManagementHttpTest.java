package dev.ahti.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import dev.ahti.api.groups.CommittedOffsets.Group;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.metrics.GroupLagMetrics;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PartitionId;
import dev.ahti.model.PeerAddress;
import dev.ahti.replica.LogPositions.Found;
import dev.ahti.replica.LogPositions.Position;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ManagementHttpTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static ActorTestKit kit;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        kit = ActorTestKit.create(ConfigFactory.parseString(
                        """
                        pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        pekko.management.http { hostname = "127.0.0.1", port = 0 }
                        """)
                .withFallback(ConfigFactory.load()));
        address = ManagementHttp.start(kit.system(), ManagementSecurity.NONE)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void aNodeIsAliveBeforeItIsReadyAndWhileItStops() throws Exception {
        NodeState state = NodeState.get(kit.system());

        assertThat(get("/alive").statusCode()).isEqualTo(200);
        assertThat(get("/ready").statusCode()).isEqualTo(503);

        state.inSync();
        assertThat(get("/ready").statusCode()).isEqualTo(200);

        state.stopping();
        assertThat(get("/alive").statusCode()).isEqualTo(200);
        assertThat(get("/ready").statusCode()).isEqualTo(503);
    }

    @Test
    void showsTheImageInKafkasWords() throws Exception {
        Uuid incarnation = Uuid.randomUuid();
        Uuid topic = Uuid.randomUuid();
        BrokerImage broker = new BrokerImage(
                1,
                incarnation,
                5,
                Uuid.randomUuid(),
                List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)),
                Optional.of("r1"),
                Optional.empty(),
                false,
                false,
                1);
        ClusterImage image = ClusterImage.empty()
                .withEpoch("c1", 1, Optional.empty())
                .withBroker(broker)
                .withTopic(TopicImage.empty(topic, "t"))
                .withPartition(PartitionImage.assigned(new PartitionId(topic, 0), List.of(1))
                        .withLeader(1, 3)
                        .withIsr(List.of(new IsrMember(1, incarnation)), List.of()));
        NodeState.get(kit.system()).image(() -> image);

        JsonNode shown = new ObjectMapper().readTree(get("/ahti/image").body());

        assertThat(shown.at("/clusterId").asText()).isEqualTo("c1");
        assertThat(shown.at("/brokers/0/endpoints/0").asText()).isEqualTo("PLAINTEXT://h:9092");
        assertThat(shown.at("/brokers/0/rack").asText()).isEqualTo("r1");
        assertThat(shown.at("/topics/0/partitions/0/leader").asInt()).isEqualTo(1);
        assertThat(shown.at("/topics/0/partitions/0/leaderEpoch").asInt()).isEqualTo(3);
        assertThat(shown.at("/topics/0/partitions/0/isr/0").asInt()).isEqualTo(1);
    }

    /** Three topics of two partitions each, led by 1, with 2 out of sync in the second one of "b". */
    private static ClusterImage threeTopics() {
        ClusterImage image =
                ClusterImage.empty().withEpoch("c1", 4, Optional.empty()).withFeature("f", (short) 2);
        for (int id = 1; id <= 2; id++) {
            image = image.withBroker(new BrokerImage(
                    id,
                    Uuid.ONE_UUID,
                    5,
                    Uuid.randomUuid(),
                    List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h" + id, 9092)),
                    Optional.empty(),
                    Optional.of(new PeerAddress("p" + id, 2552, id)),
                    false,
                    id == 2,
                    1));
        }
        for (String name : List.of("c", "a", "b")) {
            Uuid topic = Uuid.randomUuid();
            image = image.withTopic(TopicImage.empty(topic, name));
            for (int number = 0; number < 2; number++) {
                List<IsrMember> isr = name.equals("b") && number == 1
                        ? List.of(new IsrMember(1, Uuid.ONE_UUID))
                        : List.of(new IsrMember(1, Uuid.ONE_UUID), new IsrMember(2, Uuid.ONE_UUID));
                image = image.withPartition(PartitionImage.assigned(new PartitionId(topic, number), List.of(1, 2))
                        .withLeader(1, 3)
                        .withIsr(isr, List.of()));
            }
        }
        return image.withVersion(40);
    }

    /** Broker 1 answers, with half the metadata; 2 does not. */
    private static final class OneAnswers implements ClusterNodes {
        @Override
        public List<Member> members() {
            return List.of(new Member(1, "h1:2551", "Up", true), new Member(2, "h2:2551", "Leaving", false));
        }

        @Override
        public CompletionStage<Map<Integer, NodeReport>> ask(boolean strays, boolean groups, List<PartitionId> sizes) {
            return CompletableFuture.completedFuture(Map.of(
                    1,
                    new NodeReport(
                            1,
                            20,
                            4,
                            true,
                            true,
                            true,
                            List.of(2),
                            "http://h1:8558",
                            6,
                            6,
                            100,
                            -1,
                            sizes.stream()
                                    .map(each -> new NodeReport.Size(each, 1, 9, 8, 77))
                                    .toList(),
                            strays ? List.of("gone-0.x-stray") : List.of(),
                            groups
                                    ? List.of(
                                            new NodeReport.Group("near", "Classic", "Stable", 1, 0.5),
                                            new NodeReport.Group("far", "Classic", "Empty", 50, -1))
                                    : List.of(),
                            groups ? 2 : 0)));
        }
    }

    private static JsonNode json(String path) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new ObjectMapper().readTree(response.body());
    }

    private static void showThreeTopics() {
        ClusterImage image = threeTopics();
        NodeState.get(kit.system()).image(() -> image);
        NodeState.get(kit.system()).nodes(new OneAnswers());
    }

    @Test
    void showsBrokersAsTheImageAsMembersAndAsTheySayThemselves() throws Exception {
        showThreeTopics();

        JsonNode shown = json("/ahti/brokers");

        assertThat(shown.at("/singleton").asInt()).isEqualTo(1);
        JsonNode one = shown.at("/brokers/0");
        assertThat(one.at("/state").asText()).isEqualTo("live");
        assertThat(one.at("/imageVersion").asInt()).isEqualTo(20);
        assertThat(one.at("/management").asText()).isEqualTo("http://h1:8558");
        assertThat(one.at("/replication").asText()).isEqualTo("p1:2552");
        assertThat(one.at("/freeBytes").isNull()).isTrue();
        JsonNode two = shown.at("/brokers/1");
        assertThat(two.at("/state").asText()).isEqualTo("shutting down");
        assertThat(two.at("/member").asText()).isEqualTo("Leaving");
        assertThat(two.at("/reachable").asBoolean()).isFalse();
        assertThat(two.at("/answers").asBoolean()).isFalse();
        assertThat(two.at("/imageVersion").isNull()).isTrue();
    }

    @Test
    void showsTheVersionOfTheMetadataAtEachNode() throws Exception {
        showThreeTopics();

        JsonNode shown = json("/ahti/metadata");

        assertThat(shown.at("/imageVersion").asInt()).isEqualTo(40);
        assertThat(shown.at("/epoch").asInt()).isEqualTo(4);
        assertThat(shown.at("/features/f").asInt()).isEqualTo(2);
        assertThat(shown.at("/brokers/0/imageVersion").asInt()).isEqualTo(20);
        assertThat(shown.at("/brokers/1/imageVersion").isNull()).isTrue();
    }

    @Test
    void showsTopicsInPages() throws Exception {
        showThreeTopics();

        JsonNode first = json("/ahti/topics?limit=2");
        assertThat(first.at("/count").asInt()).isEqualTo(3);
        assertThat(first.findValuesAsText("name")).containsExactly("a", "b");
        assertThat(first.at("/topics/1/outOfSync").asInt()).isEqualTo(1);
        assertThat(first.at("/next").asText()).isEqualTo("b");

        JsonNode second = json("/ahti/topics?limit=2&after=b");
        assertThat(second.findValuesAsText("name")).containsExactly("c");
        assertThat(second.at("/next").isNull()).isTrue();
    }

    @Test
    void showsPartitionsInPagesWithWhatIsOnDisk() throws Exception {
        showThreeTopics();

        JsonNode first = json("/ahti/partitions?limit=3");
        assertThat(first.at("/count").asInt()).isEqualTo(6);
        assertThat(first.at("/partitions")).hasSize(3);
        assertThat(first.at("/next").asText()).isEqualTo("b:0");
        assertThat(first.at("/partitions/0/leaderEpoch").asInt()).isEqualTo(3);
        assertThat(first.at("/partitions/0/logs/0/broker").asInt()).isEqualTo(1);
        assertThat(first.at("/partitions/0/logs/0/bytes").asInt()).isEqualTo(77);

        JsonNode second = json("/ahti/partitions?limit=3&after=b:0");
        assertThat(second.findValuesAsText("topic")).containsExactly("b", "c", "c");
        assertThat(second.at("/next").isNull()).isTrue();

        assertThat(json("/ahti/partitions?topic=c").at("/count").asInt()).isEqualTo(2);
        JsonNode outOfSync = json("/ahti/partitions?outOfSync=true");
        assertThat(outOfSync.at("/count").asInt()).isEqualTo(1);
        assertThat(outOfSync.at("/partitions/0/topic").asText()).isEqualTo("b");
        assertThat(outOfSync.at("/partitions/0/partition").asInt()).isEqualTo(1);
    }

    @Test
    void pagesAreBounded() throws Exception {
        for (String limit : List.of("0", "501", "many", "99999999999")) {
            assertThat(get("/ahti/partitions?limit=" + limit).statusCode())
                    .as(limit)
                    .isEqualTo(400);
        }
    }

    @Test
    void showsStraysAndLagOfTheWholeCluster() throws Exception {
        showThreeTopics();

        assertThat(json("/ahti/strays").at("/brokers/0/strays/0").asText()).isEqualTo("gone-0.x-stray");
        JsonNode lag = json("/ahti/lag");
        assertThat(lag.at("/groupCount").asInt()).isEqualTo(2);
        assertThat(lag.findValuesAsText("group")).containsExactly("far", "near");
        assertThat(lag.at("/groups/0/lagSeconds").isNull()).isTrue();
    }

    @Test
    void metricsAreThereBeforeTheBrokerIs() throws Exception {
        HttpResponse<String> metrics = get("/metrics");

        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain; version=0.0.4");
        assertThat(metrics.body()).contains("# TYPE ahti_metadata_image_version gauge", "jvm_memory_used_bytes{");
    }

    private static GroupLags lags(CompletionStage<List<Group>> committed, ClusterImage image, Found... found) {
        return new GroupLags(
                () -> committed,
                () -> image,
                (broker, positions) -> CompletableFuture.completedFuture(List.of(found)),
                new GroupLagMetrics(),
                () -> 0,
                () -> 5_000);
    }

    private static void show(GroupLags lags) {
        NodeState.get(kit.system())
                .groups(new NodeState.Groups(
                        1, lags, name -> name.equals("theirs") ? OptionalInt.of(2) : OptionalInt.of(1)));
    }

    @Test
    void showsHowFarGroupsAreBehind() throws Exception {
        PartitionId partition = new PartitionId(Uuid.randomUuid(), 0);
        ClusterImage image = ClusterImage.empty()
                .withTopic(TopicImage.empty(partition.topicId(), "t"))
                .withPartition(PartitionImage.assigned(partition, List.of(3))
                        .withLeader(3, 0)
                        .withIsr(List.of(new IsrMember(3, Uuid.ZERO_UUID)), List.of()));
        Map<TopicPartition, Long> offsets = Map.of(new TopicPartition("t", 0), 7L);
        show(lags(
                CompletableFuture.completedFuture(List.of(
                        new Group("my group", "Classic", "consumer", "Stable", offsets),
                        new Group("at the end", "Consumer", "consumer", "Empty", Map.of()))),
                image,
                new Found(new Position(partition, 7), 10, 3_500)));

        JsonNode all = new ObjectMapper().readTree(get("/ahti/groups").body());
        assertThat(all.at("/coordinator").asInt()).isEqualTo(1);
        assertThat(all.at("/groups/0/group").asText()).isEqualTo("at the end");
        assertThat(all.at("/groups/1/state").asText()).isEqualTo("Stable");
        assertThat(all.at("/groups/1/lag").asInt()).isEqualTo(3);
        assertThat(all.at("/groups/1/lagSeconds").asDouble()).isEqualTo(1.5);

        JsonNode one =
                new ObjectMapper().readTree(get("/ahti/groups/my%20group").body());
        assertThat(one.at("/partitions/0/topic").asText()).isEqualTo("t");
        assertThat(one.at("/partitions/0/committedOffset").asInt()).isEqualTo(7);
        assertThat(one.at("/partitions/0/logEndOffset").asInt()).isEqualTo(10);
        assertThat(one.at("/partitions/0/lag").asInt()).isEqualTo(3);
    }

    @Test
    void whatIsNotKnownOfALagIsNull() throws Exception {
        PartitionId partition = new PartitionId(Uuid.randomUuid(), 0);
        ClusterImage image = ClusterImage.empty()
                .withTopic(TopicImage.empty(partition.topicId(), "t"))
                .withPartition(PartitionImage.assigned(partition, List.of(3)));
        Map<TopicPartition, Long> offsets = Map.of(new TopicPartition("t", 0), 7L);
        show(lags(
                CompletableFuture.completedFuture(List.of(new Group("g", "Classic", "consumer", "Stable", offsets))),
                image));

        JsonNode one = new ObjectMapper().readTree(get("/ahti/groups/g").body());
        assertThat(one.at("/partitions/0/committedOffset").asInt()).isEqualTo(7);
        assertThat(one.at("/partitions/0/logEndOffset").isNull()).isTrue();
        assertThat(one.at("/partitions/0/lagSeconds").isNull()).isTrue();
    }

    @Test
    void saysWhoCoordinatesAGroupThatIsNotHere() throws Exception {
        show(lags(CompletableFuture.completedFuture(List.of()), ClusterImage.empty()));

        assertThat(get("/ahti/groups/theirs").statusCode()).isEqualTo(404);
        assertThat(get("/ahti/groups/theirs").body()).contains("broker 2");
        assertThat(get("/ahti/groups/nobodys").body()).contains("no such group");
    }

    @Test
    void aBrokerThatMayBeCutOffShowsNoLag() throws Exception {
        show(lags(CompletableFuture.failedFuture(new IllegalStateException("cut off")), ClusterImage.empty()));

        assertThat(get("/ahti/groups").statusCode()).isEqualTo(503);
    }

    @Test
    void nobodyCanChangeTheClusterOverHttp() throws Exception {
        assertThat(get("/cluster/members").statusCode()).isEqualTo(200);
        List<String> paths = List.of(
                "/cluster/members",
                "/cluster/members/pekko://ahti@127.0.0.1:1",
                "/ahti/brokers",
                "/ahti/topics",
                "/ahti/partitions",
                "/ahti/groups",
                "/metrics",
                "/ready");
        for (String path : paths) {
            for (String method : List.of("POST", "PUT", "DELETE")) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                        .method(method, BodyPublishers.ofString("address=pekko://ahti@127.0.0.1:1&operation=down"))
                        .build();
                assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode())
                        .as(method + " " + path)
                        .isBetween(400, 499);
            }
        }
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(address + path)).build(), BodyHandlers.ofString());
    }
}
