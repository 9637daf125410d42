package dev.ahti.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Builds manifests as kustomize does, as far as the files of {@code k8s/} go: resources, patches that look like what they
 * change, images and the namespace. Whatever else a {@code kustomization.yaml} asks for is refused.
 */
final class Kustomization {
    private static final YAMLMapper YAML = new YAMLMapper();

    /** Lists whose elements are merged one by one, and by what; of other lists, that of the patch is taken. */
    private static final Map<String, String> MERGED_BY = Map.of("containers", "name", "env", "name");

    private final Path directory;
    private final List<ObjectNode> built = new ArrayList<>();

    private Kustomization(Path directory) {
        this.directory = directory;
    }

    static List<ObjectNode> build(Path directory) {
        return new Kustomization(directory).build();
    }

    private List<ObjectNode> build() {
        ObjectNode file = documents(directory.resolve("kustomization.yaml")).get(0);
        file.fieldNames().forEachRemaining(name -> {
            if (!List.of("apiVersion", "kind", "resources", "patches", "images", "namespace")
                    .contains(name)) {
                throw new IllegalArgumentException(directory + ": " + name + " is not known here");
            }
        });
        file.path("resources").forEach(resource -> built.addAll(resources(directory.resolve(resource.asText()))));
        file.path("patches").forEach(patch -> documents(directory.resolve(required(patch, "path")))
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
