package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ahti.cli.StatusCommand;
import dev.ahti.testing.SharedCluster;
import dev.ahti.testing.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the cluster tells of itself, at any of its brokers, while all is well and after one was killed. */
@ExtendWith(SharedCluster.class)
class ClusterStatusIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String TOPIC = "status";

    @TempDir
    Path directory;

    @Test
    void anyBrokerTellsOfAllOfThemAndWhoIsAway(TestCluster cluster) throws Exception {
        produce(cluster);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(status(cluster, 2).status()).isZero());

        Result well = launched("status", "--management", management(cluster, 3));
        assertThat(well.status()).as(well.text()).isZero();
        for (int id : cluster.ids()) {
            assertThat(well.text()).contains("PLAINTEXT://" + cluster.broker(id).bootstrap());
        }
        assertThat(launched("doctor", "--set", "ahti.management.port=0").text()).contains("OK   log.dirs");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(vouchedBy(cluster))
                .isEqualTo(Map.of(1, "[2,3] true", 2, "[1,3] true", 3, "[1,2] true")));

        JsonNode shown = new ObjectMapper().readTree(get(cluster, 1, "/ahti/partitions?topic=" + TOPIC));
        JsonNode partition = shown.at("/partitions/0");
        assertThat(partition.at("/logs")).hasSize(3);
        assertThat(partition.findValuesAsText("logEndOffset")).containsOnly("3");
        assertThat(new ObjectMapper()
                        .readTree(get(cluster, 2, "/ahti/metadata"))
                        .at("/brokers")
                        .findValuesAsText("imageVersion"))
                .hasSize(3)
                .doesNotContain("null");
        int leader = partition.at("/leader").asInt();
        for (int follower : cluster.ids()) {
            if (follower != leader) {
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(get(cluster, leader, "/metrics"))
                        .contains("ahti_replication_lag_records{follower=\"" + follower + "\"} 0.0"));
            }
        }

        cluster.kill(leader);
        int other = leader == 1 ? 2 : 1;
        await().atMost(PATIENCE).untilAsserted(() -> {
            Result away = status(cluster, other);
            assertThat(away.status()).isEqualTo(1);
            assertThat(away.text()).contains("broker " + leader + " is fenced").containsPattern("out of sync\\.\n$");
        });
        long elections = 0;
        for (int id : cluster.ids()) {
            elections += id == leader ? 0 : elections(get(cluster, id, "/metrics"));
        }
        assertThat(elections).isPositive();
    }

    private static void produce(TestCluster cluster) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", cluster.broker(1).bootstrap());
        try (Admin admin = cluster.admin(1);
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 3))).all().get();
            for (int i = 0; i < 3; i++) {
                producer.send(new ProducerRecord<>(TOPIC, 0, null, "v")).get();
            }
        }
        cluster.awaitAllInSync(1, TOPIC);
    }

    /** By broker, and whether that suffices. */
    private static Map<Integer, String> vouchedBy(TestCluster cluster) throws Exception {
        Map<Integer, String> all = new TreeMap<>();
        for (JsonNode each :
                new ObjectMapper().readTree(get(cluster, 1, "/ahti/brokers")).at("/brokers")) {
            all.put(each.at("/id").asInt(), each.at("/vouchedBy") + " " + each.at("/seesMajority"));
        }
        return all;
    }

    private static long elections(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("ahti_leader_elections_total "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ")[1]))
                .sum();
    }

    private record Result(int status, String text) {}

    private static String management(TestCluster cluster, int id) {
        return "http://127.0.0.1:" + cluster.broker(id).managementPort();
    }

    private static Result status(TestCluster cluster, int id) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = StatusCommand.run(List.of("--management", management(cluster, id)), Map.of(), print, print);
        return new Result(status, out.toString(StandardCharsets.UTF_8));
    }

    /** As users do. */
    private Result launched(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bin/ahti"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment()
                .put(
                        "AHTI_JAR",
                        Path.of(System.getProperty("ahti.jar", "target/ahti.jar"))
                                .toAbsolutePath()
                                .toString());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(output));
    }

    private static String get(TestCluster cluster, int id, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(management(cluster, id) + path))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
