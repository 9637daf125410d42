package dev.ahti.api.topics;

import dev.ahti.api.topics.DescribedConfig.Synonym;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import dev.ahti.metadata.image.ClusterImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/**
 * Configs of single groups (KIP-848) as clients are shown them, and what they may be changed to: Kafka's {@code GroupConfig},
 * within the bounds that brokers have. A group need not exist.
 */
final class GroupConfigs {
    private final GroupCoordinatorConfig coordinator;
    private final ShareGroupConfig share;
    private final BrokerConfigs brokerConfigs;

    GroupConfigs(BrokerConfig broker, BrokerConfigs brokerConfigs) {
        this.coordinator = new GroupCoordinatorConfig(new AbstractConfig(
                GroupCoordinatorConfig.CONFIG_DEF, known(broker, GroupCoordinatorConfig.CONFIG_DEF)));
        this.share = ShareGroupConfig.fromProps(known(broker, ShareGroupConfig.CONFIG_DEF));
        this.brokerConfigs = brokerConfigs;
    }

    private static Map<String, Object> known(BrokerConfig broker, ConfigDef kafkas) {
        Map<String, Object> values = new HashMap<>();
        kafkas.names().stream()
                .filter(broker.definitions().configKeys()::containsKey)
                .forEach(name -> values.put(name, broker.value(name)));
        return values;
    }

    /** By name in order. */
    List<DescribedConfig> describe(String group, ClusterImage image) {
        if (group.isEmpty()) {
            throw new InvalidRequestException("Group name must not be empty");
        }
        Map<String, String> overrides = image.configs(new ConfigResource(ConfigResource.Type.GROUP, group));
        Properties properties = new Properties();
        properties.putAll(overrides);
        GroupConfig config = GroupConfig.fromProps(coordinator.extractGroupConfigMap(share), properties);
        return GroupConfig.configNames().stream()
                .sorted()
                .map(name -> described(name, config.values().get(name), synonyms(image, name, overrides)))
                .toList();
    }

    private static DescribedConfig described(String name, Object value, List<Synonym> synonyms) {
        ConfigDef.ConfigKey key = GroupConfig.CONFIG_DEF.configKeys().get(name);
        return new DescribedConfig(
                name,
                ConfigDef.convertToString(value, key.type),
                synonyms.isEmpty()
                        ? ConfigSource.DEFAULT_CONFIG
                        : synonyms.get(0).source(),
                false,
                false,
                synonyms,
                key.type,
                key.documentation);
    }

    private List<Synonym> synonyms(ClusterImage image, String name, Map<String, String> overrides) {
        List<Synonym> all = new ArrayList<>();
        if (overrides.containsKey(name)) {
            all.add(new Synonym(name, overrides.get(name), ConfigSource.GROUP_CONFIG));
        }
        GroupConfig.brokerSynonym(name).ifPresent(ofBroker -> all.addAll(brokerConfigs.synonyms(image, ofBroker)));
        return all;
    }

    /**
     * Looks at all that the group would have afterwards.
     *
     * @throws org.apache.kafka.common.errors.ApiException what the client is to be told
     */
    void check(ConfigChange change, ClusterImage image) {
        if (change.resource().name().isEmpty()) {
            throw new InvalidRequestException("Default group resources are not allowed.");
        }
        Map<String, String> after = new HashMap<>(change.replaceAll() ? Map.of() : image.configs(change.resource()));
        for (ConfigOperation operation : change.operations()) {
            if (operation.type() == OpType.DELETE) {
                after.remove(operation.name());
            } else {
                after.put(operation.name(), operation.value());
            }
        }
        try {
            GroupConfig.validate(after, coordinator, share);
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage(), e);
        }
    }
}
