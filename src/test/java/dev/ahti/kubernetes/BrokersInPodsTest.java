package dev.ahti.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import dev.ahti.model.Endpoint;
import dev.ahti.testing.Manifests;
import dev.ahti.testing.Manifests.Pod;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the manifests tell a broker is what a broker understands. */
class BrokersInPodsTest {
    private static final Path SECRET = Path.of("k8s/overlays/production/secret.env.example");

    private final Manifests production = Manifests.of("production");

    @Test
    void eachVariableThatBeginsLikeASettingIsOne() throws IOException {
        Map<String, String> environment = environment(0);
        Map<String, String> settings =
                BrokerConfig.load(new ConfigSources(Map.of(), environment, null)).definitions().names().stream()
                        .collect(Collectors.toMap(ConfigSources::environmentName, name -> name));

        assertThat(environment.keySet())
                .filteredOn(name -> name.startsWith("AHTI_"))
                .hasSizeGreaterThan(10)
                .isSubsetOf(settings.keySet());
    }

    @Test
    void aBrokerHasTheIdOfItsPodAndListensAtThePortsOfItsContainer() throws IOException {
        BrokerConfig third = broker(2);

        assertThat(third.nodeId()).isEqualTo(3);
        assertThat(third.stringValue("ahti.cluster.host")).isEqualTo("10.1.0.2");
        assertThat(third.listeners()).extracting(Endpoint::port).containsExactly(port("kafka"), port("kafka-virtual"));
        assertThat(third.intValue("ahti.cluster.port")).isEqualTo(port("cluster"));
        assertThat(third.intValue("ahti.replication.port")).isEqualTo(port("replication"));
        assertThat(third.intValue("ahti.management.port")).isEqualTo(port("management"));
        assertThat(third.listeners()).extracting(Endpoint::host).containsOnly("");
        assertThat(third.stringValue("ahti.management.host")).isEqualTo("0.0.0.0");
    }

    @Test
    void clientsInsideAreToldTheBrokersAndAllOthersOneService() throws IOException {
        BrokerConfig third = broker(2);
        JsonNode headless = production.named(
                "Service", production.statefulSet().at("/spec/serviceName").asText());
        Endpoint inside = third.advertisedListeners().get(0);
        Endpoint outside = third.advertisedListeners().get(1);

        assertThat(third.virtualListeners()).containsExactly(outside.listener());
        assertThat(inside.host()).isEqualTo("ahti-2." + Manifests.name(headless) + ".streams.svc");
        assertThat(inside.port()).isEqualTo(port("kafka"));
        JsonNode service = production.named("Service", outside.host().split("\\.")[0]);
        assertThat(outside.host()).endsWith(".streams.svc");
        assertThat(service.at("/spec/ports/0/port").asInt()).isEqualTo(outside.port());
        assertThat(service.at("/spec/ports/0/targetPort").asText()).isEqualTo("kafka-virtual");
    }

    @Test
    void whereKubernetesTellsThePodItsZoneThatIsTheRack() throws IOException {
        Pod pod = new Pod("ahti-0", "streams", "10.1.0.0", Map.of("topology.kubernetes.io/zone", "north-1"));

        assertThat(broker(0).stringValue("broker.rack")).isNull();
        assertThat(broker(production.environment(pod, secrets())).stringValue("broker.rack"))
                .isEqualTo("north-1");
    }

    @Test
    void aClusterIsOfAsManyBrokersAsThereAreReplicasAndKeepsItsMetadataInTheDatabaseOfTheSecret() throws IOException {
        BrokerConfig first = broker(0);

        assertThat(first.stringValue("ahti.cluster.discovery")).isEqualTo("kubernetes-api");
        assertThat(first.intValue("ahti.cluster.brokers"))
                .isEqualTo(production.replicas())
                .isEqualTo(3);
        assertThat(first.stringValue("ahti.metadata.url")).startsWith("jdbc:postgresql://");
        assertThat(first.intValue("min.insync.replicas")).isEqualTo(2);
    }

    @Test
    void theSingleOneIsAloneWithItsOwnDatabaseAndNeedsNoSecret() {
        Manifests single = Manifests.of("single");
        BrokerConfig broker = broker(single.environment(single.pod(0, "streams", "10.1.0.0"), Map.of()));

        assertThat(single.replicas()).isEqualTo(1);
        assertThat(broker.nodeId()).isEqualTo(1);
        assertThat(broker.stringValue("ahti.cluster.discovery")).isEqualTo("config");
        assertThat(broker.listValue("ahti.cluster.contact-points")).isEmpty();
        assertThat(broker.stringValue("ahti.metadata.url")).isNull();
        assertThat(broker.intValue("default.replication.factor")).isEqualTo(1);
        assertThat(broker.intValue("min.insync.replicas")).isEqualTo(1);
    }

    @Test
    void withTheComponentManagementSpeaksHttpsWithAMountedCertificateAndWantsAPassword(@TempDir Path copy)
            throws IOException {
        Manifests secured = Manifests.at(Manifests.withComponents(copy));
        Pod first = secured.pod(0, "streams", "10.1.0.0");
        Map<String, String> filledIn = new HashMap<>(secrets().get("ahti"));
        filledIn.put("AHTI_MANAGEMENT_USER", "watcher");
        filledIn.put("AHTI_MANAGEMENT_PASSWORD", "something else");

        BrokerConfig broker = broker(secured.environment(first, Map.of("ahti", filledIn)));

        assertThat(broker.stringValue("ahti.management.user")).isEqualTo("watcher");
        assertThat(broker.stringValue("ahti.management.password")).isEqualTo("something else");
        String mounted = Manifests.stream(secured.container().path("volumeMounts"))
                .filter(mount -> mount.path("name").asText().equals("management-tls"))
                .map(mount -> mount.path("mountPath").asText())
                .findFirst()
                .orElseThrow();
        assertThat(broker.stringValue("ahti.management.tls.certificate"))
                .as("as kubectl create secret tls calls it")
                .isEqualTo(mounted + "/tls.crt");
        assertThat(broker.stringValue("ahti.management.tls.key")).isEqualTo(mounted + "/tls.key");
        assertThatThrownBy(() -> secured.environment(first, secrets())).hasMessageContaining("AHTI_MANAGEMENT_USER");
    }

    @Test
    void recordsAreOnTheVolume() throws IOException {
        JsonNode data = Manifests.stream(production.container().path("volumeMounts"))
                .filter(mount -> mount.path("name").asText().equals("data"))
                .findFirst()
                .orElseThrow();

        assertThat(broker(0).dataDirectory())
                .as("below it: at the top of a file system is lost+found")
                .hasParentRaw(Path.of(data.path("mountPath").asText()));
    }

    @Test
    void aPodIsGivenTheTimeThatAControlledShutdownMayTake() {
        JsonNode pod = production.podTemplate().path("spec");
        Duration grace =
                Duration.ofSeconds(pod.path("terminationGracePeriodSeconds").asInt());
        Duration before = Duration.ofSeconds(
                production.container().at("/lifecycle/preStop/sleep/seconds").asInt());

        assertThat(before).isPositive();
        assertThat(grace).isGreaterThan(before.plus(shutdownLimit())).isLessThan(Duration.ofMinutes(5));
    }

    /** The sum of what each phase may take. */
    private static Duration shutdownLimit() {
        Config shutdown = ConfigFactory.load().getConfig("pekko.coordinated-shutdown");
        return shutdown.getObject("phases").keySet().stream()
                .map(phase -> shutdown.getConfig("phases").getConfig(phase))
                .map(phase -> phase.hasPath("timeout")
                        ? phase.getDuration("timeout")
                        : shutdown.getDuration("default-phase-timeout"))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private Map<String, String> environment(int ordinal) throws IOException {
        return production.environment(production.pod(ordinal, "streams", "10.1.0." + ordinal), secrets());
    }

    private BrokerConfig broker(int ordinal) throws IOException {
        return broker(environment(ordinal));
    }

    private static BrokerConfig broker(Map<String, String> environment) {
        return BrokerConfig.load(new ConfigSources(Map.of(), environment, null));
    }

    private int port(String name) {
        return production.containerPorts().get(name);
    }

    /** As the command at the head of the file makes it. */
    private static Map<String, Map<String, String>> secrets() throws IOException {
        Properties lines = new Properties();
        try (Reader reader = Files.newBufferedReader(SECRET)) {
            lines.load(reader);
        }
        assertThat(Files.readString(SECRET)).contains("kubectl create secret generic ahti --from-env-file=");
        return Map.of(
                "ahti",
                lines.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, lines::getProperty)));
    }
}
