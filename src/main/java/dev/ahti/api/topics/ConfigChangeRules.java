package dev.ahti.api.topics;

import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigProblem;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * What can be said of a change of configs without the cluster: its form, and for brokers whether the setting can change
 * while they run and to this value. The rest (does the topic exist, is the whole still valid) is decided where
 * the change is persisted.
 */
final class ConfigChangeRules {
    private final ThisBroker broker;
    private final BrokerConfig started;
    private final BrokerConfigs brokerConfigs;

    ConfigChangeRules(ThisBroker broker, BrokerConfig started, BrokerConfigs brokerConfigs) {
        this.broker = broker;
        this.started = started;
        this.brokerConfigs = brokerConfigs;
    }

    /** @throws org.apache.kafka.common.errors.ApiException what the client is to be told */
    void check(ConfigResource resource, List<ConfigOperation> operations) {
        checkForm(operations);
        switch (resource.type()) {
            case TOPIC -> checkTopic(resource.name(), operations);
            case BROKER -> checkBroker(resource.name(), operations);
            default ->
                throw new InvalidRequestException(
                        "Unknown resource type " + resource.type().id());
        }
    }

    static void checkForm(List<ConfigOperation> operations) {
        if (operations.stream().anyMatch(operation -> operation.type() == null)) {
            throw new InvalidRequestException("Unknown operations type");
        }
        if (!Duplicates.in(operations.stream().map(ConfigOperation::name)).isEmpty()) {
            throw new InvalidRequestException("Error due to duplicate config keys");
        }
        String unset = operations.stream()
                .filter(operation -> operation.type() != OpType.DELETE && operation.value() == null)
                .map(ConfigOperation::name)
                .collect(Collectors.joining(", "));
        if (!unset.isEmpty()) {
            throw new InvalidRequestException("Null value not supported for : " + unset);
        }
    }

    private static void checkTopic(String name, List<ConfigOperation> operations) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Default topic resources are not allowed.");
        }
        Topic.validate(name);
        operations.forEach(operation ->
                checkIsList(operation, LogConfig.configType(operation.name()).orElse(null)));
    }

    private void checkBroker(String name, List<ConfigOperation> operations) {
        if (!name.isEmpty()) {
            broker.requireNamed(name);
            refuseMinInsyncReplicas(operations);
        }
        List<String> fixed = operations.stream()
                .map(ConfigOperation::name)
                .filter(setting -> !brokerConfigs.isDynamic(setting))
                .sorted()
                .toList();
        if (!fixed.isEmpty()) {
            throw new InvalidRequestException("Cannot update these configs dynamically: " + fixed);
        }
        operations.forEach(operation ->
                checkIsList(operation, started.definitions().configKeys().get(operation.name()).type));
        checkValues(operations);
    }

    /** The in-sync minimum decides who may lead (KIP-966), so that brokers must not differ in it. */
    private static void refuseMinInsyncReplicas(List<ConfigOperation> operations) {
        if (operations.stream().anyMatch(one -> one.name().equals(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG))) {
            throw new InvalidConfigurationException(
                    "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
        }
    }

    static void checkIsList(ConfigOperation operation, ConfigDef.Type type) {
        boolean forLists = operation.type() == OpType.APPEND || operation.type() == OpType.SUBTRACT;
        if (forLists && type != ConfigDef.Type.LIST) {
            throw new InvalidConfigurationException(
                    "Can't " + operation.type() + " to key " + operation.name() + " because its type is not LIST.");
        }
    }

    private void checkValues(List<ConfigOperation> operations) {
        Map<String, String> values = new HashMap<>();
        operations.stream()
                .filter(operation -> operation.type() == OpType.SET || operation.type() == OpType.APPEND)
                .forEach(operation -> values.put(operation.name(), operation.value()));
        if (values.isEmpty()) {
            return;
        }
        try {
            started.with(values);
        } catch (ConfigProblem e) {
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }
}
