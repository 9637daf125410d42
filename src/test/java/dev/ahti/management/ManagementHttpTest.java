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
    void aNodeIsAliveBeforeItIsReady() throws Exception {
        NodeState state = NodeState.get(kit.system());

        state.ready(false);
        assertThat(get("/alive").statusCode()).isEqualTo(200);
        assertThat(get("/ready").statusCode()).isEqualTo(503);

        state.ready(true);
        assertThat(get("/ready").statusCode()).isEqualTo(200);
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
        for (String method : List.of("POST", "PUT", "DELETE")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/cluster/members"))
                    .method(method, BodyPublishers.ofString("address=pekko://ahti@127.0.0.1:1"))
                    .build();
            assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode())
                    .as(method)
                    .isBetween(400, 499);
        }
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(address + path)).build(), BodyHandlers.ofString());
    }
}
