package dev.ahti.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.ahti.testing.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kubernetes would take the files of {@code k8s/}, and what refers to each other in them is there. */
class ManifestsTest {
    private static final String SINGLE = "single";
    private static final String PRODUCTION = "production";
    private static final String WITH_COMPONENTS = "production with components";

    @TempDir
    static Path copy;

    private static Path withComponents;

    @BeforeAll
    static void uncommentTheComponents() throws IOException {
        withComponents = Manifests.withComponents(copy);
    }

    private static Path directory(String overlay) {
        return overlay.equals(WITH_COMPONENTS) ? withComponents : Path.of("k8s", "overlays", overlay);
    }

    private static Manifests manifests(String overlay) {
        return Manifests.at(directory(overlay));
    }

    @ParameterizedTest
    @CsvSource({SINGLE + ", 9", PRODUCTION + ", 9", WITH_COMPONENTS + ", 12"})
    void kubernetesKnowsEveryFieldOfThem(String overlay, int resources) {
        assertThat(manifests(overlay).all()).hasSize(resources).allSatisfy(KubernetesModel::check);
    }

    @Test
    void aBrokenManifestIsRefused() {
        broken("replica", set -> set(set, "/spec", "replica", "3"));
        broken("httpGett", set -> set(set, "/spec/template/spec/containers/0/livenessProbe", "httpGett", "{}"));
        broken(
                "whenUnsatisfied",
                set -> set(set, "/spec/template/spec/topologySpreadConstraints/0", "whenUnsatisfied", "1"));
        broken("storage", set -> set(set, "/spec/volumeClaimTemplates/0/spec/resources", "storage", "1"));
        broken("three", set -> set(set, "/spec", "replicas", "\"three\""));
        broken("Cannot coerce String", set -> set(set, "/spec", "replicas", "\"3\""));
        broken("Cannot coerce Integer", set -> set(set, "/spec/template/spec/containers/0/env/0", "value", "3"));
        broken("containers", set -> set(set, "/spec/template/spec", "containers", "{}"));
        broken("apps/v1beta1 StatefulSet", set -> set(set, "", "apiVersion", "\"apps/v1beta1\""));
    }

    @Test
    void aBrokenManifestForPrometheusIsRefused() {
        broken("selektor", "PodMonitor", monitor -> set(monitor, "/spec", "selektor", "{}"));
        broken("schema", "PodMonitor", monitor -> set(monitor, "/spec/podMetricsEndpoints/0", "schema", "http"));
        broken(
                "caFile",
                "PodMonitor",
                monitor -> set(monitor, "/spec/podMetricsEndpoints/0/tlsConfig", "caFile", "/etc/ca.crt"));
        broken("expression", "PrometheusRule", rule -> set(rule, "/spec/groups/0/rules/0", "expression", "up"));
        broken(
                "Cannot coerce Integer",
                "PrometheusRule",
                rule -> set(rule, "/spec/groups/0/rules/0/labels", "severity", "1"));
    }

    private static void broken(String message, Consumer<ObjectNode> change) {
        broken(message, "StatefulSet", change);
    }

    private static void broken(String message, String kind, Consumer<ObjectNode> change) {
        ObjectNode set = manifests(WITH_COMPONENTS).ofKind(kind).findFirst().orElseThrow();
        change.accept(set);
        assertThatThrownBy(() -> KubernetesModel.check(set))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void set(ObjectNode manifest, String path, String field, String json) {
        try {
            ((ObjectNode) manifest.at(path)).set(field, new YAMLMapper().readTree(json));
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Where there is no kubectl this shows nothing, and the other tests rest on our reading of kustomize. */
    @ParameterizedTest
    @ValueSource(strings = {SINGLE, PRODUCTION, WITH_COMPONENTS})
    void kubectlBuildsTheSame(String overlay) throws Exception {
        assumeThat(Arrays.stream(System.getenv("PATH").split(":")))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "kubectl")));
        Process kubectl = new ProcessBuilder(
                        "kubectl", "kustomize", directory(overlay).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<JsonNode> built;
        try (var documents =
                new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(kubectl.getInputStream())) {
            built = documents.readAll();
        }
        assertThat(kubectl.waitFor()).isZero();

        assertThat(built.stream().map(ManifestsTest::inAnyOrder))
                .containsExactlyInAnyOrderElementsOf(manifests(overlay).all().stream()
                        .map(ManifestsTest::inAnyOrder)
                        .toList());
    }

    /** Kustomize has an order of its own for the elements of lists. */
    private static Object inAnyOrder(JsonNode node) {
        if (node instanceof ObjectNode object) {
            Map<String, Object> fields = new TreeMap<>();
            object.properties().forEach(field -> fields.put(field.getKey(), inAnyOrder(field.getValue())));
            return fields;
        }
        return node instanceof ArrayNode list
                ? Manifests.stream(list)
                        .map(ManifestsTest::inAnyOrder)
                        .sorted(Comparator.comparing(Object::toString))
                        .toList()
                : node.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {SINGLE, PRODUCTION, WITH_COMPONENTS})
    void whateverSelectsPodsSelectsTheBrokers(String overlay) {
        Manifests manifests = manifests(overlay);
        List<JsonNode> selectors = Stream.concat(
                        manifests.ofKind("Service").map(service -> service.at("/spec/selector")),
                        Stream.of(
                                manifests.statefulSet().at("/spec/selector/matchLabels"),
                                one(manifests, "PodDisruptionBudget").at("/spec/selector/matchLabels"),
                                one(manifests, "NetworkPolicy").at("/spec/podSelector/matchLabels"),
                                one(manifests, "NetworkPolicy").at("/spec/ingress/0/from/0/podSelector/matchLabels")))
                .toList();

        assertThat(selectors).hasSize(6).allSatisfy(selector -> assertThat(manifests.podLabels())
                .containsAllEntriesOf(notEmpty(selector)));
        assertThat(Manifests.stream(manifests.podTemplate().at("/spec/topologySpreadConstraints")))
                .hasSize(2)
                .allSatisfy(spread -> assertThat(manifests.podLabels())
                        .containsAllEntriesOf(notEmpty(spread.at("/labelSelector/matchLabels"))));
    }

    private static Map<String, String> notEmpty(JsonNode selector) {
        Map<String, String> labels = Manifests.texts(selector);
        assertThat(labels).isNotEmpty();
        return labels;
    }

    @Test
    void portsAreNamedAsTheContainerNamesThem() {
        Manifests manifests = manifests(PRODUCTION);
        Stream<JsonNode> named = Stream.of(
                        manifests.ofKind("Service").flatMap(service -> service.findValues("targetPort").stream()),
                        Manifests.stream(one(manifests, "NetworkPolicy").at("/spec/ingress"))
                                .flatMap(rule -> rule.findValues("port").stream()),
                        manifests.container().findParents("httpGet").stream().map(probe -> probe.at("/httpGet/port")))
                .flatMap(ports -> ports);

        assertThat(named.map(JsonNode::textValue))
                .hasSizeGreaterThan(10)
                .isSubsetOf(manifests.containerPorts().keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {SINGLE, PRODUCTION, WITH_COMPONENTS})
    void whatIsReferredToIsThere(String overlay) {
        Manifests manifests = manifests(overlay);
        JsonNode pod = manifests.podTemplate().path("spec");
        JsonNode brokers = manifests.named(
                "Service", manifests.statefulSet().at("/spec/serviceName").asText());

        assertThat(brokers.at("/spec/clusterIP").asText()).isEqualTo("None");
        assertThat(brokers.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
        assertThat(manifests.named(
                        "ServiceAccount", pod.path("serviceAccountName").asText()))
                .isNotNull();
        List<String> volumes = Stream.of(
                        pod.path("volumes").findValuesAsText("name").stream(),
                        Manifests.stream(manifests.statefulSet().at("/spec/volumeClaimTemplates"))
                                .map(Manifests::name))
                .flatMap(names -> names)
                .toList();
        assertThat(volumes)
                .containsExactlyInAnyOrderElementsOf(
                        manifests.container().path("volumeMounts").findValuesAsText("name"));
    }

    @Test
    void brokersMayListPodsAndNothingElse() {
        Manifests manifests = manifests(PRODUCTION);
        assertThat(manifests.allow("list", "pods")).isTrue();
        assertThat(manifests.allow("get", "secrets")).isFalse();
        JsonNode bound = one(manifests, "RoleBinding").path("subjects").path(0);
        assertThat(bound.path("name").textValue()).isEqualTo("ahti");
        assertThat(bound.path("namespace").textValue())
                .as("Kubernetes wants it")
                .isEqualTo("ahti");
        JsonNode rules = one(manifests, "Role").path("rules");
        assertThat(rules).hasSize(1);
        assertThat(rules.get(0).path("verbs")).hasSize(1);
        assertThat(rules.get(0).path("resources")).hasSize(1);

        ((ArrayNode) rules.get(0).path("verbs")).removeAll();
        assertThat(manifests.allow("list", "pods")).as("without the verb").isFalse();
    }

    @Test
    void memoryIsTheirsAndTheProcessorIsNotLimited() {
        for (String overlay : List.of(SINGLE, PRODUCTION)) {
            JsonNode resources = manifests(overlay).container().path("resources");

            assertThat(resources.at("/limits/memory")).isEqualTo(resources.at("/requests/memory"));
            assertThat(resources.at("/requests/cpu").isTextual()).isTrue();
            assertThat(resources.at("/limits").has("cpu")).isFalse();
        }
    }

    @Test
    void prometheusFindsTheBrokersAtTheirPort() {
        Manifests manifests = manifests(WITH_COMPONENTS);
        JsonNode monitor = one(manifests, "PodMonitor");

        assertThat(manifests.podLabels()).containsAllEntriesOf(notEmpty(monitor.at("/spec/selector/matchLabels")));
        assertThat(monitor.at("/spec/podMetricsEndpoints")).hasSize(1);
        assertThat(manifests.containerPorts())
                .containsKey(monitor.at("/spec/podMetricsEndpoints/0/port").asText());
    }

    @Test
    void whoAsksForManagementOverHttpsDoesSoEverywhere() {
        Manifests plain = manifests(PRODUCTION);
        Manifests secured = manifests(WITH_COMPONENTS);
        JsonNode endpoint = one(secured, "PodMonitor").at("/spec/podMetricsEndpoints/0");

        assertThat(plain.container().findValuesAsText("scheme")).isEmpty();
        assertThat(probes(secured)).hasSize(3).allSatisfy(probe -> {
            assertThat(probe.path("scheme").textValue()).isEqualTo("HTTPS");
            assertThat(probe.path("path").textValue()).as("needs no password").isIn("/alive", "/ready");
        });
        assertThat(endpoint.path("scheme").textValue()).isEqualTo("https");
        assertThat(endpoint.at("/tlsConfig/ca/secret/name").textValue())
                .isEqualTo(managementVolume(secured).at("/secret/secretName").textValue());
        for (String half : List.of("username", "password")) {
            JsonNode variable = Manifests.stream(secured.container().path("env"))
                    .filter(each -> each.at("/valueFrom/secretKeyRef")
                            .equals(endpoint.path("basicAuth").path(half)))
                    .findFirst()
                    .orElseThrow();
            assertThat(variable.path("name")).isEqualTo(variable.at("/valueFrom/secretKeyRef/key"));
        }
    }

    private static List<JsonNode> probes(Manifests manifests) {
        return manifests.container().findValues("httpGet");
    }

    private static JsonNode managementVolume(Manifests manifests) {
        return Manifests.stream(manifests.podTemplate().at("/spec/volumes"))
                .filter(volume -> volume.path("name").asText().equals("management-tls"))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode one(Manifests manifests, String kind) {
        return manifests.ofKind(kind).findFirst().orElseThrow();
    }
}
