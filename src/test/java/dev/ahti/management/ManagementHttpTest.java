package dev.ahti.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PartitionId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
        address = ManagementHttp.start(kit.system()).toCompletableFuture().get(10, TimeUnit.SECONDS);
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
