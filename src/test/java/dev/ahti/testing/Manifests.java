package dev.ahti.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What an overlay of {@code k8s/} comes to, and what Kubernetes makes of it for a pod. */
public final class Manifests {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\((\\w+)\\)");
    private static final Pattern LABEL = Pattern.compile("metadata\\.labels\\['(.+)'\\]");

    /** The sign in front of a line that has only to be uncommented. */
    private static final Pattern COMPONENT = Pattern.compile("^#(?=components:|  - )", Pattern.MULTILINE);

    private final List<ObjectNode> all;

    private Manifests(List<ObjectNode> all) {
        this.all = all;
    }

    /** Of {@code k8s/overlays/NAME}. */
    public static Manifests of(String overlay) {
        return at(Path.of("k8s", "overlays", overlay));
    }

    /** Of the overlay in this directory. */
    public static Manifests at(Path overlay) {
        return new Manifests(Kustomization.build(overlay));
    }

    /**
     * The production overlay with the components that are comments in it.
     *
     * @param copy a directory for a copy of {@code k8s/}
     * @return the overlay's directory in there
     */
    public static Path withComponents(Path copy) throws IOException {
        Path original = Path.of("k8s");
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(original.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        Path overlay = copy.resolve("overlays").resolve("production");
        Path file = overlay.resolve("kustomization.yaml");
        Files.writeString(file, COMPONENT.matcher(Files.readString(file)).replaceAll(""));
        return overlay;
    }

    /** What Kubernetes tells the containers of a pod of itself. */
    public record Pod(String name, String namespace, String ip, Map<String, String> labels) {}

    public List<ObjectNode> all() {
        return all;
    }

    public Stream<ObjectNode> ofKind(String kind) {
        return all.stream().filter(each -> each.path("kind").asText().equals(kind));
    }

    public ObjectNode named(String kind, String name) {
        return ofKind(kind)
                .filter(each -> name(each).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no " + kind + " " + name));
    }

    public static String name(JsonNode resource) {
        return resource.at("/metadata/name").asText();
    }

    public JsonNode statefulSet() {
        return ofKind("StatefulSet").findFirst().orElseThrow();
    }

    public int replicas() {
        return statefulSet().at("/spec/replicas").asInt();
    }

    public JsonNode podTemplate() {
        return statefulSet().at("/spec/template");
    }

    public JsonNode container() {
        return podTemplate().at("/spec/containers/0");
    }

    /** Numbers by name. */
    public Map<String, Integer> containerPorts() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        container()
                .path("ports")
                .forEach(port -> ports.put(
                        port.path("name").asText(), port.path("containerPort").asInt()));
        return ports;
    }

    public Map<String, String> podLabels() {
        return texts(podTemplate().at("/metadata/labels"));
    }

    public Pod pod(int ordinal, String namespace, String ip) {
        return new Pod(name(statefulSet()) + "-" + ordinal, namespace, ip, podLabels());
    }

    /**
     * The variables of the container in this pod.
     *
     * @param secrets what is in the Secrets, by their names
     */
    public Map<String, String> environment(Pod pod, Map<String, Map<String, String>> secrets) {
        Map<String, String> environment = new LinkedHashMap<>();
        container().path("envFrom").forEach(source -> {
            String configMap = source.at("/configMapRef/name").asText();
            environment.putAll(
                    configMap.isEmpty()
                            ? secrets.get(source.at("/secretRef/name").asText())
                            : texts(named("ConfigMap", configMap).path("data")));
        });
        container()
                .path("env")
                .forEach(variable ->
                        environment.put(variable.path("name").asText(), value(variable, pod, environment, secrets)));
        return environment;
    }

    private static String value(
            JsonNode variable, Pod pod, Map<String, String> before, Map<String, Map<String, String>> secrets) {
        JsonNode secret = variable.at("/valueFrom/secretKeyRef");
        if (!secret.isMissingNode()) {
            return Optional.ofNullable(secrets.get(secret.path("name").asText()))
                    .map(keys -> keys.get(secret.path("key").asText()))
                    .orElseThrow(() -> new IllegalArgumentException("the pod does not start without " + secret));
        }
        return variable.has("value")
                ? VARIABLE.matcher(variable.path("value").textValue())
                        .replaceAll(name -> Matcher.quoteReplacement(before.get(name.group(1))))
                : field(variable.at("/valueFrom/fieldRef/fieldPath").asText(), pod);
    }

    private static String field(String path, Pod pod) {
        Matcher label = LABEL.matcher(path);
        return switch (path) {
            case "metadata.name" -> pod.name();
            case "metadata.namespace" -> pod.namespace();
            case "status.podIP" -> pod.ip();
            default -> {
                if (!label.matches()) {
                    throw new IllegalArgumentException("a pod has no field " + path);
                }
                yield pod.labels().getOrDefault(label.group(1), "");
            }
        };
    }

    /** Whether Roles let the pods do this in their namespace. */
    public boolean allow(String verb, String resource) {
        String account = podTemplate().at("/spec/serviceAccountName").asText();
        return ofKind("RoleBinding")
                .filter(binding -> stream(binding.path("subjects"))
                        .anyMatch(subject -> subject.path("kind").asText().equals("ServiceAccount")
                                && subject.path("name").asText().equals(account)))
                .flatMap(binding -> stream(
                        named("Role", binding.at("/roleRef/name").asText()).path("rules")))
                .anyMatch(rule -> contains(rule.path("apiGroups"), "")
                        && contains(rule.path("resources"), resource)
                        && contains(rule.path("verbs"), verb));
    }

    private static boolean contains(JsonNode list, String text) {
        return stream(list).anyMatch(each -> each.asText().equals(text));
    }

    public static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    public static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(field -> texts.put(field.getKey(), field.getValue().textValue()));
        return texts;
    }
}
