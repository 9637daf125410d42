package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.ahti.cli.StatusCommand;
import dev.ahti.testing.EmbeddedBroker;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker that works shows over HTTP, and whether those who read it ask for what there is. */
class InspectionTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Path MONITORING = Path.of("k8s/monitoring");
    private static final Pattern NAME = Pattern.compile("\\b(?:ahti|jvm|process)_[a-z][a-z0-9_]*");
    /** Only where there are followers: ClusterStatusIT has those. */
    private static final Set<String> OF_SEVERAL_BROKERS =
            Set.of("ahti_replication_lag_records", "ahti_partition_replication_lag_records");

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void startAndUseABroker() throws Exception {
        broker = EmbeddedBroker.start(data, "ahti.metrics.partitions", "true");
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrap());
        try (Admin admin = Admin.create(settings);
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("t", 2, (short) 1))).all().get();
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("t", 0, null, "value")).get();
            }
            admin.alterConsumerGroupOffsets("g", Map.of(new TopicPartition("t", 0), new OffsetAndMetadata(4)))
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(broker.management() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response;
    }

    /** With the commit in it, which the lag of groups shows some seconds later. */
    private static String metrics() throws Exception {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> get("/metrics").body().contains("ahti_group_lag_records{"));
        return get("/metrics").body();
    }

    private static double value(String metrics, String sample) {
        return metrics.lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + sample + " in\n" + metrics));
    }

    private static Set<String> sampleNames(String metrics) {
        return metrics.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void givesEveryMetricThatThePageHas() throws Exception {
        Set<String> given = sampleNames(metrics());
        Set<String> documented = Files.readAllLines(Path.of("docs/metrics.md")).stream()
                .filter(line -> line.startsWith("| `ahti_"))
                .map(line -> line.split("`")[1])
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).hasSizeGreaterThan(40);
        assertThat(documented).allSatisfy(name -> assertThat(
                        given.contains(name) || given.contains(name + "_bucket") || OF_SEVERAL_BROKERS.contains(name))
                .as(name)
                .isTrue());
        Set<String> ours = given.stream()
                .filter(name -> name.startsWith("ahti_"))
                .map(name -> name.replaceAll("_(bucket|sum|count)$", ""))
                .collect(Collectors.toSet());
        assertThat(documented).containsAll(ours);
    }

    @Test
    void countsWhatHasHappened() throws Exception {
        String metrics = metrics();

        assertThat(value(metrics, "ahti_ready")).isEqualTo(1);
        double produced = value(metrics, "ahti_requests_total{api=\"Produce\"}");
        // More where the first came before the new topic was led.
        assertThat(produced).isBetween(10.0, 100.0);
        assertThat(value(metrics, "ahti_request_duration_seconds_count{api=\"Produce\"}"))
                .isEqualTo(produced);
        assertThat(value(metrics, "ahti_request_bytes_total{api=\"Produce\"}")).isGreaterThan(500);
        assertThat(value(metrics, "ahti_brokers{state=\"live\"}")).isEqualTo(1);
        assertThat(value(metrics, "ahti_brokers{state=\"fenced\"}")).isZero();
        assertThat(value(metrics, "ahti_partitions_led")).isEqualTo(value(metrics, "ahti_partitions"));
        assertThat(value(metrics, "ahti_partitions_offline")).isZero();
        assertThat(value(metrics, "ahti_partitions_under_min_isr")).isZero();
        assertThat(value(metrics, "ahti_metadata_singleton")).isEqualTo(1);
        assertThat(value(metrics, "ahti_metadata_journal_write_duration_seconds_count"))
                .isPositive();
        assertThat(value(metrics, "ahti_partition_log_end_offset{partition=\"0\",topic=\"t\"}"))
                .isEqualTo(10);
        assertThat(value(metrics, "ahti_group_lag_records{group=\"g\",topic=\"t\"}"))
                .isEqualTo(6);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> value(get("/metrics").body(), "ahti_metadata_sessions") == 1);
    }

    @Test
    void speaksOpenMetricsToWhomAsksForIt() throws Exception {
        HttpResponse<String> response = get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0");

        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/openmetrics-text");
        assertThat(response.body()).endsWith("# EOF\n");
    }

    @Test
    void theDashboardAsksForMetricsThatThereAre() throws Exception {
        JsonNode dashboard =
                new ObjectMapper().readTree(MONITORING.resolve("dashboard.json").toFile());

        List<String> expressions = dashboard.findValuesAsText("expr");
        assertThat(expressions).hasSizeGreaterThan(20);
        assertAllGiven(expressions);
        assertThat(dashboard.at("/templating").toString()).contains("ahti_broker_info");
    }

    @Test
    void alertsAskForMetricsThatThereAreAndEachIsExplained() throws Exception {
        JsonNode rules =
                new YAMLMapper().readTree(MONITORING.resolve("alerts.yaml").toFile());
        List<String> expressions = new ArrayList<>();
        List<String> alerts = new ArrayList<>();
        rules.findValues("rules")
                .forEach(group -> group.forEach(rule -> {
                    expressions.add(rule.at("/expr").asText());
                    alerts.add(rule.at("/alert").asText());
                    assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning");
                    assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
                    assertThat(rule.at("/annotations/runbook").asText()).contains("What each alert means");
                }));

        assertAllGiven(expressions);
        String page = Files.readString(Path.of("docs/operations.md"));
        String explained = page.substring(page.indexOf("## What each alert means"));
        assertThat(alerts).hasSizeGreaterThan(10).doesNotHaveDuplicates();
        assertThat(alerts).allSatisfy(alert -> assertThat(explained).contains("| `" + alert + "` |"));
    }

    private static void assertAllGiven(List<String> expressions) throws Exception {
        Set<String> given = sampleNames(metrics());
        given.addAll(OF_SEVERAL_BROKERS);
        Set<String> asked = expressions.stream()
                .flatMap(each -> NAME.matcher(each).results().map(match -> match.group()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(asked).isNotEmpty();
        assertThat(given).containsAll(asked);
    }

    @Test
    void statusOfAWellBrokerIsZeroAndTellsItsAddress() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        int status = StatusCommand.run(
                List.of("--management", broker.management()),
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                System.err);

        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text)
                .contains("metadata at broker 1", broker.bootstrap(), "Partitions out of sync: none")
                .endsWith("All is well.\n");
        assertThat(status).isZero();
    }
}
