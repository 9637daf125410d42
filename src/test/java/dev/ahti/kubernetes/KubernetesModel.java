package dev.ahti.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks a manifest as strictly as Kubernetes' API server, with two of its models: one knows the names of all fields, the
 * other their types.
 */
final class KubernetesModel {
    private static final Map<String, HasMetadata> KINDS = Stream.<Supplier<HasMetadata>>of(
                    ConfigMap::new,
                    Service::new,
                    ServiceAccount::new,
                    StatefulSet::new,
                    NetworkPolicy::new,
                    PodDisruptionBudget::new,
                    Role::new,
                    RoleBinding::new,
                    PodMonitor::new,
                    PrometheusRule::new)
            .map(Supplier::get)
            .collect(Collectors.toMap(HasMetadata::getKind, Function.identity()));

    /** The operator's kinds are in one of the models only. */
    private static final String OF_PROMETHEUS = "monitoring.coreos.com/";

    private static final JsonMapper TYPES = strict().build();

    /** The model keeps fields that it does not know, unless it is not asked to. */
    private static final JsonMapper NAMES_AND_TYPES = strict().annotationIntrospector(
                    new JacksonAnnotationIntrospector() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        public Boolean hasAnySetter(Annotated annotated) {
                            return false;
                        }
                    })
            .build();

    private KubernetesModel() {}

    private static JsonMapper.Builder strict() {
        return JsonMapper.builder()
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(LogicalType.Textual, coercion -> coercion.setCoercion(
                                CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    }

    /** @throws IllegalArgumentException that says what is wrong with it */
    static void check(JsonNode manifest) {
        String kind = manifest.path("kind").asText();
        HasMetadata known = KINDS.get(kind);
        if (known == null
                || !known.getApiVersion().equals(manifest.path("apiVersion").asText())) {
            throw new IllegalArgumentException(
                    "not known: " + manifest.path("apiVersion").asText() + " " + kind);
        }
        boolean ofPrometheus = known.getApiVersion().startsWith(OF_PROMETHEUS);
        if (!ofPrometheus) {
            checkNames(kind, manifest.toString());
        }
        try {
            (ofPrometheus ? NAMES_AND_TYPES : TYPES).treeToValue(manifest, known.getClass());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    private static void checkNames(String kind, String json) {
        try {
            Class.forName("io.kubernetes.client.openapi.models.V1" + kind)
                    .getMethod("validateJsonElement", JsonElement.class)
                    .invoke(null, JsonParser.parseString(json));
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(e.getCause().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
