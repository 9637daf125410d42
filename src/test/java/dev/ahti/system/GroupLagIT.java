package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ahti.testing.SharedCluster;
import dev.ahti.testing.TestCluster;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How far groups are behind, in management HTTP, with each partition led by another broker. */
@ExtendWith(SharedCluster.class)
class GroupLagIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String GROUP = "lagging group";
    private static final String TOPIC = "lag";
    private static final int HOUR_MS = 3_600_000;

    @Test
    void theCoordinatorShowsTheLagOfEachPartitionWhereverItIsLed(TestCluster cluster) throws Exception {
        try (Admin admin = cluster.admin(1)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 3, (short) 1))).all().get();
            assertThat(TestCluster.partitions(admin, TOPIC).stream()
                            .map(each -> each.leader().id()))
                    .containsExactlyInAnyOrder(1, 2, 3);
            produce(cluster);
            Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
            for (int partition = 0; partition < 3; partition++) {
                committed.put(new TopicPartition(TOPIC, partition), new OffsetAndMetadata(5L * partition));
            }
            admin.alterConsumerGroupOffsets(GROUP, committed).all().get();
        }

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode shown = shown(cluster);
            assertThat(shown.at("/lag").asInt()).isEqualTo(15);
            for (int partition = 0; partition < 3; partition++) {
                JsonNode lag = shown.at("/partitions/" + partition);
                assertThat(lag.at("/committedOffset").asInt()).isEqualTo(5 * partition);
                assertThat(lag.at("/logEndOffset").asInt()).isEqualTo(10);
                assertThat(lag.at("/lag").asInt()).isEqualTo(10 - 5 * partition);
            }
            // The first is ten hours old, and each of them an hour younger than the one before.
            assertThat(shown.at("/partitions/0/lagSeconds").asDouble()).isBetween(36_000.0, 36_600.0);
            assertThat(shown.at("/partitions/1/lagSeconds").asDouble()).isBetween(18_000.0, 18_600.0);
            assertThat(shown.at("/partitions/2/lagSeconds").asDouble()).isZero();
        });
    }

    /** Ten records in each partition, the first ten hours old, each an hour after the one before. */
    private static void produce(TestCluster cluster) throws Exception {
        long now = System.currentTimeMillis();
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", cluster.broker(1).bootstrap()),
                new StringSerializer(),
                new StringSerializer())) {
            for (int partition = 0; partition < 3; partition++) {
                for (int i = 0; i < 10; i++) {
                    long timestamp = now - (10L - i) * HOUR_MS;
                    producer.send(new ProducerRecord<>(TOPIC, partition, timestamp, null, "v"))
                            .get();
                }
            }
        }
    }

    /** As its coordinator shows it; the others say who that is. */
    private static JsonNode shown(TestCluster cluster) throws Exception {
        JsonNode shown = null;
        for (int id : cluster.ids()) {
            HttpResponse<String> response = get(cluster, id, "/ahti/groups/lagging%20group");
            if (response.statusCode() == 200) {
                assertThat(shown).as("two brokers show it").isNull();
                shown = new ObjectMapper().readTree(response.body());
                assertThat(shown.at("/coordinator").asInt()).isEqualTo(id);
                assertThat(get(cluster, id, "/ahti/groups").body()).contains(GROUP);
            } else {
                assertThat(response.body()).contains("coordinates that group");
            }
        }
        assertThat(shown).as("no broker shows it").isNotNull();
        return shown;
    }

    private static HttpResponse<String> get(TestCluster cluster, int id, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + cluster.broker(id).managementPort() + path);
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
