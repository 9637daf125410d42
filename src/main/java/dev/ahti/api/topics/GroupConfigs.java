package dev.ahti.api.topics;

import dev.ahti.api.topics.DescribedConfig.Synonym;
import dev.ahti.config.BrokerConfig;
import dev.ahti.group.GroupSettings;
import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import dev.ahti.metadata.image.ClusterImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/** Configs of single groups: names, bounds and defaults are those of Kafka's coordinator with this broker's settings. */
final class GroupConfigs {
    private final BrokerConfigs brokerConfigs;
    private final GroupCoordinatorConfig coordinator;
    private final ShareGroupConfig shares = GroupSettings.defaultsOfShareGroups();

    GroupConfigs(BrokerConfig started, BrokerConfigs brokerConfigs) {
        this.brokerConfigs = brokerConfigs;
        this.coordinator = started.groupCoordinatorConfig();
    }

    /**
     * Whether all configs of the group are valid once it is done. A group need not exist to have some.
     *
     * @throws org.apache.kafka.common.errors.ApiException what the client is to be told
     */
    void check(ConfigChange change, ClusterImage image) {
        String group = change.resource().name();
        if (group.isEmpty()) {
            throw new InvalidRequestException("Default group resources are not allowed.");
        }
        ConfigChangeRules.checkForm(change.operations());
        Map<String, String> values = new HashMap<>(change.replaceAll() ? Map.of() : image.configs(change.resource()));
        for (ConfigOperation operation : change.operations()) {
            ConfigChangeRules.checkIsList(
                    operation, GroupConfig.configType(operation.name()).orElse(null));
            if (operation.type() == OpType.DELETE) {
                values.remove(operation.name());
            } else {
                values.put(operation.name(), operation.value());
            }
        }
        try {
            GroupConfig.validate(values, coordinator, shares);
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage(), e);
        }
    }

    /** All that hold for the group, by name in order. */
    List<DescribedConfig> of(String group, ClusterImage image) {
        if (group.isEmpty()) {
            throw new InvalidRequestException("Group name must not be empty");
        }
        Map<String, String> own = image.configs(new ConfigResource(ConfigResource.Type.GROUP, group));
        Properties overrides = new Properties();
        overrides.putAll(own);
        Map<String, ?> values = GroupConfig.fromProps(coordinator.extractGroupConfigMap(shares), overrides)
                .values();
        return GroupConfig.configNames().stream()
                .sorted()
                .map(name -> DescribedConfig.dynamic(
                        GroupConfig.CONFIG_DEF.configKeys().get(name), values.get(name), synonyms(image, name, own)))
                .toList();
    }

    private List<Synonym> synonyms(ClusterImage image, String name, Map<String, String> own) {
        List<Synonym> all = new ArrayList<>();
        if (own.containsKey(name)) {
            all.add(new Synonym(name, own.get(name), ConfigSource.GROUP_CONFIG));
        }
        GroupConfig.brokerSynonym(name).ifPresent(ofBroker -> all.addAll(brokerConfigs.synonyms(image, ofBroker)));
        return all;
    }
}
