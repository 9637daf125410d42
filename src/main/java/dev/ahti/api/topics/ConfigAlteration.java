package dev.ahti.api.topics;

import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import dev.ahti.metadata.MetadataClient.ConfigResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * What AlterConfigs and IncrementalAlterConfigs have in common: each resource is checked for itself, the good ones are
 * persisted in one step, and the answers keep the order of the request.
 */
final class ConfigAlteration {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final MetadataClient metadata;
    private final ConfigChangeRules rules;
    private final GroupConfigs groups;
    private final BrokerLoggers loggers;
    private final ThisBroker broker;

    ConfigAlteration(
            MetadataClient metadata,
            ConfigChangeRules rules,
            GroupConfigs groups,
            BrokerLoggers loggers,
            ThisBroker broker) {
        this.metadata = metadata;
        this.rules = rules;
        this.groups = groups;
        this.loggers = loggers;
        this.broker = broker;
    }

    /** One answer for each change, in order. */
    CompletionStage<List<ApiError>> alter(List<ConfigChange> asked, boolean validateOnly) {
        List<ConfigChange> changes = asked.stream().map(broker::meant).toList();
        Set<ConfigResource> duplicates = Duplicates.in(changes.stream().map(ConfigChange::resource));
        Map<ConfigResource, ApiError> answers = new HashMap<>();
        List<ConfigChange> good = new ArrayList<>();
        for (ConfigChange change : changes) {
            ApiError answer = duplicates.contains(change.resource())
                    ? new ApiError(Errors.INVALID_REQUEST, "Each resource must appear at most once.")
                    : answerHere(change, validateOnly);
            if (answer == null) {
                good.add(change);
            } else {
                answers.put(change.resource(), answer);
            }
        }
        CompletionStage<List<ConfigResult>> persisted = good.isEmpty()
                ? CompletableFuture.completedFuture(List.of())
                : metadata.alterConfigs(good, validateOnly, TIMEOUT);
        return persisted.thenApply(results -> {
            results.forEach(result -> answers.put(result.resource(), new ApiError(result.error(), result.message())));
            return changes.stream()
                    .map(change -> answers.getOrDefault(change.resource(), new ApiError(Errors.UNKNOWN_SERVER_ERROR)))
                    .toList();
        });
    }

    /** Null where the change is good so far and is now to be persisted. */
    private ApiError answerHere(ConfigChange change, boolean validateOnly) {
        try {
            boolean ofLogger = change.resource().type() == ConfigResource.Type.BROKER_LOGGER && !change.replaceAll();
            if (ofLogger) {
                alterLoggers(change.resource().name(), change.operations(), validateOnly);
                return ApiError.NONE;
            }
            if (change.resource().type() == ConfigResource.Type.GROUP) {
                groups.check(change, metadata.image());
            } else {
                rules.check(change.resource(), change.operations());
            }
            return null;
        } catch (ApiException e) {
            return ApiError.fromThrowable(e);
        }
    }

    private void alterLoggers(String name, List<ConfigOperation> operations, boolean validateOnly) {
        broker.requireNamed(name);
        ConfigChangeRules.checkForm(operations);
        loggers.check(operations);
        if (!validateOnly) {
            loggers.apply(operations);
        }
    }
}
