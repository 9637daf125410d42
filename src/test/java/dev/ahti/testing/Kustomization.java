package dev.ahti.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Builds manifests as kustomize does, as far as the files of {@code k8s/} go: resources, components, ConfigMaps made of
 * files, patches that look like what they change, images and the namespace. Whatever else a {@code kustomization.yaml} asks for is refused.
 */
final class Kustomization {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Set<String> KNOWN = Set.of(
            "apiVersion", "kind", "resources", "components", "configMapGenerator", "patches", "images", "namespace");

    /** Lists whose elements are merged one by one, and by what; of other lists, that of the patch is taken. */
    private static final Map<String, String> MERGED_BY =
            Map.of("containers", "name", "env", "name", "volumes", "name", "volumeMounts", "mountPath");

    private final Path directory;
    private final List<ObjectNode> built;

    /** @param built what is there already: components add to it and change it */
    private Kustomization(Path directory, List<ObjectNode> built) {
        this.directory = directory;
        this.built = built;
    }

    static List<ObjectNode> build(Path directory) {
        return new Kustomization(directory, new ArrayList<>()).build();
    }

    private List<ObjectNode> build() {
        ObjectNode file = documents(directory.resolve("kustomization.yaml")).get(0);
        file.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException(directory + ": " + name + " is not known here");
            }
        });
        file.path("resources").forEach(resource -> built.addAll(resources(directory.resolve(resource.asText()))));
        file.path("components")
                .forEach(each ->
                        new Kustomization(directory.resolve(each.asText()).normalize(), built).build());
        file.path("configMapGenerator").forEach(this::generate);
        file.path("patches").forEach(patch -> documents(directory.resolve(required(patch, "path"))).stream()
                .filter(change -> isWanted(patch, change))
                .forEach(this::patch));
        file.path("images").forEach(this::useImage);
        if (file.has("namespace")) {
            useNamespace(required(file, "namespace"));
        }
        return built;
    }

    private static List<ObjectNode> resources(Path path) {
        return path.toString().endsWith(".yaml") ? documents(path) : build(path.normalize());
    }

    private static List<ObjectNode> documents(Path file) {
        try (var documents = YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(file.toFile())) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void generate(JsonNode generator) {
        if (!generator.at("/options/disableNameSuffixHash").asBoolean()) {
            throw new IllegalArgumentException(directory + ": a name with a hash is not known here");
        }
        ObjectNode map = YAML.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
        map.putObject("metadata")
                .put("name", required(generator, "name"))
                .set("labels", generator.at("/options/labels"));
        ObjectNode data = map.putObject("data");
        generator.path("files").forEach(file -> data.put(file.asText(), text(directory.resolve(file.asText()))));
        built.add(map);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that names its target changes nothing where there is none, and others must find what they change. */
    private boolean isWanted(JsonNode patch, ObjectNode change) {
        JsonNode target = patch.path("target");
        return target.isMissingNode()
                || built.stream()
                        .anyMatch(each -> identity(each).equals(identity(change))
                                && required(target, "kind").equals(required(each, "kind"))
                                && required(target, "name").equals(required(each.path("metadata"), "name")));
    }

    private void patch(ObjectNode patch) {
        merge(
                built.stream()
                        .filter(each -> identity(each).equals(identity(patch)))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("nothing to patch: " + identity(patch))),
                patch);
    }

    private static String identity(JsonNode resource) {
        return required(resource, "apiVersion") + " " + required(resource, "kind") + " "
                + required(resource.path("metadata"), "name");
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        patch.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode before = target.path(name);
            JsonNode change = field.getValue();
            if (change.isNull()) {
                target.remove(name);
            } else if (before instanceof ObjectNode there && change instanceof ObjectNode changes) {
                merge(there, changes);
            } else if (before instanceof ArrayNode there && MERGED_BY.containsKey(name)) {
                change.forEach(element -> mergeElement(there, (ObjectNode) element, MERGED_BY.get(name)));
            } else {
                target.set(name, change);
            }
        });
    }

    private static void mergeElement(ArrayNode list, ObjectNode patch, String key) {
        Optional<JsonNode> same = StreamSupport.stream(list.spliterator(), false)
                .filter(each -> required(each, key).equals(required(patch, key)))
                .findFirst();
        same.ifPresentOrElse(there -> merge((ObjectNode) there, patch), () -> list.add(patch));
    }

    private void useImage(JsonNode image) {
        String replaced = required(image, "name");
        built.stream()
                .flatMap(resource -> resource.findParents("image").stream())
                .filter(container -> required(container, "image").equals(replaced))
                .forEach(container -> ((ObjectNode) container)
                        .put("image", required(image, "newName") + ":" + required(image, "newTag")));
    }

    /** Also for the accounts to which Roles are bound, which must have one. */
    private void useNamespace(String namespace) {
        for (ObjectNode resource : built) {
            ((ObjectNode) resource.path("metadata")).put("namespace", namespace);
            resource.path("subjects").forEach(subject -> ((ObjectNode) subject).put("namespace", namespace));
        }
    }

    private static String required(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException(field + " is missing: " + object);
        }
        return value.textValue();
    }
}
