package dev.ahti.metadata;

import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import dev.ahti.metadata.MetadataClient.ConfigResult;
import dev.ahti.metadata.MetadataCommand.AlterConfigs;
import dev.ahti.metadata.MetadataReply.ConfigsReply;
import dev.ahti.metadata.event.SetConfig;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.storage.internals.log.LogConfig;

/** AlterConfigs and IncrementalAlterConfigs of topics, brokers and groups, with Kafka's rules. */
final class ConfigDecisions {
    private final MetadataSettings settings;
    private final TopicRules topicRules;
    private final TopicSettings topicSettings;
    private final Election election;

    ConfigDecisions(MetadataSettings settings, TopicSettings topicSettings, Election election) {
        this.settings = settings;
        this.topicRules = new TopicRules(settings);
        this.topicSettings = topicSettings;
        this.election = election;
    }

    Decision alterConfigs(ClusterImage image, AlterConfigs request) {
        Draft draft = new Draft(image);
        Set<ConfigResource> answered = new HashSet<>();
        List<ConfigResult> results = new ArrayList<>();
        for (ConfigChange change : request.changes()) {
            ConfigResource resource = change.resource();
            try {
                if (!answered.add(resource)) {
                    throw new Refused(Errors.INVALID_REQUEST, "Each resource must appear at most once.");
                }
                alter(draft, change);
                results.add(new ConfigResult(resource, Errors.NONE, null));
            } catch (Refused refused) {
                results.add(new ConfigResult(resource, refused.error(), refused.getMessage()));
            }
        }
        return new Decision(request.validateOnly() ? List.of() : draft.events(), stamp -> request.replyTo()
                .tell(new ConfigsReply(stamp.epoch(), stamp.version(), results)));
    }

    private void alter(Draft draft, ConfigChange change) {
        ConfigResource resource = change.resource();
        checkResource(draft.image(), resource);
        Map<String, String> before = draft.image().configs(resource);
        Map<String, String> after = new TreeMap<>(change.replaceAll() ? Map.of() : before);
        Set<String> named = new HashSet<>();
        for (ConfigOperation operation : change.operations()) {
            if (!named.add(operation.name())) {
                throw new Refused(Errors.INVALID_REQUEST, "Error due to duplicate config keys");
            }
            apply(draft.image(), resource, operation, after);
        }
        if (resource.type() == ConfigResource.Type.TOPIC) {
            topicRules.checkConfigs(after);
        } else if (resource.type() == ConfigResource.Type.BROKER) {
            checkBrokerConfigs(after, named);
        }
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        boolean electionsConcerned = false;
        for (String name : names) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                draft.add(new SetConfig(resource.type(), resource.name(), name, after.get(name)));
                electionsConcerned |= name.equals(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
                        || name.equals(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG);
            }
        }
        if (electionsConcerned) {
            adjustPartitions(draft, resource);
        }
    }

    /** The ELR says who left below the minimum, so another minimum makes it void; unclean elections may now be allowed. */
    private void adjustPartitions(Draft draft, ConfigResource resource) {
        for (TopicImage topic : List.copyOf(draft.image().topics().values())) {
            if (resource.type() == ConfigResource.Type.TOPIC && !topic.name().equals(resource.name())) {
                continue;
            }
            int minimum = topicSettings.minInSync(draft.image(), topic.id());
            for (PartitionImage partition : topic.partitions()) {
                int required = Math.min(minimum, partition.replicas().size());
                if (!partition.elr().isEmpty() && partition.isr().size() >= required) {
                    draft.add(new UpdateISR(partition.id(), partition.isr(), List.of()));
                }
                election.electIfLeaderless(draft, draft.image().partition(partition.id()));
            }
        }
    }

    private static void checkResource(ClusterImage image, ConfigResource resource) {
        String name = resource.name();
        switch (resource.type()) {
            case TOPIC -> {
                if (image.topic(name) == null) {
                    throw new Refused(Errors.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.");
                }
            }
            case BROKER -> {
                if (!name.isEmpty() && image.broker(brokerId(name)).isEmpty()) {
                    throw new Refused(Errors.BROKER_ID_NOT_REGISTERED, "No broker with id " + name + " found.");
                }
            }
            case GROUP -> {
                // Its values are checked where the settings of groups are known: by the broker that was asked.
                if (name.isEmpty()) {
                    throw new Refused(Errors.INVALID_REQUEST, "Default group resources are not allowed.");
                }
            }
            default ->
                throw new Refused(Errors.INVALID_REQUEST, "Unsupported configuration type " + resource.type() + ".");
        }
    }

    private static int brokerId(String name) {
        try {
            return Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new Refused(
                    Errors.INVALID_REQUEST, "Unable to parse broker name '" + name + "' as a base 10 number.");
        }
    }

    private void apply(
            ClusterImage image, ConfigResource resource, ConfigOperation operation, Map<String, String> values) {
        String name = operation.name();
        if (operation.type() == AlterConfigOp.OpType.DELETE) {
            values.remove(name);
            return;
        }
        if (operation.value() == null) {
            throw new Refused(Errors.INVALID_REQUEST, "Null value not supported for : " + name);
        }
        if (operation.type() == AlterConfigOp.OpType.SET) {
            values.put(name, operation.value());
            return;
        }
        if (typeOf(resource, name) != ConfigDef.Type.LIST) {
            throw new Refused(
                    Errors.INVALID_CONFIG,
                    "Can't " + operation.type() + " to key " + name + " because its type is not LIST.");
        }
        Set<String> items = new LinkedHashSet<>(items(current(image, resource, name, values)));
        if (operation.type() == AlterConfigOp.OpType.APPEND) {
            items.addAll(items(operation.value()));
        } else {
            items.removeAll(items(operation.value()));
        }
        values.put(name, String.join(",", items));
    }

    private ConfigDef.Type typeOf(ConfigResource resource, String name) {
        if (resource.type() == ConfigResource.Type.TOPIC) {
            return LogConfig.configType(name).orElse(null);
        }
        ConfigDef.ConfigKey key = settings.brokerConfigs().configKeys().get(name);
        return key == null ? null : key.type;
    }

    /** What the list holds now: the override, or the default that it would replace. */
    private String current(ClusterImage image, ConfigResource resource, String name, Map<String, String> values) {
        if (values.containsKey(name)) {
            return values.get(name);
        }
        if (resource.type() == ConfigResource.Type.BROKER) {
            return image.configs(new ConfigResource(ConfigResource.Type.BROKER, ""))
                    .getOrDefault(name, "");
        }
        Object byDefault = settings.topicDefaults().get(name);
        return byDefault instanceof List<?> list
                ? String.join(",", list.stream().map(String::valueOf).toList())
                : byDefault == null ? "" : byDefault.toString();
    }

    private static List<String> items(String list) {
        return Arrays.stream(list.split(","))
                .map(String::trim)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private void checkBrokerConfigs(Map<String, String> values, Set<String> named) {
        Set<String> fixed = new TreeSet<>(named);
        fixed.removeAll(settings.dynamicBrokerConfigs());
        if (!fixed.isEmpty()) {
            throw new Refused(
                    Errors.INVALID_REQUEST,
                    "Cannot update these configs dynamically: Set(" + String.join(", ", fixed) + ")");
        }
        for (String name : named) {
            ConfigDef.ConfigKey key = settings.brokerConfigs().configKeys().get(name);
            if (key != null && values.containsKey(name)) {
                try {
                    Object value = ConfigDef.parseType(name, values.get(name), key.type);
                    if (key.validator != null) {
                        key.validator.ensureValid(name, value);
                    }
                } catch (ConfigException e) {
                    throw new Refused(Errors.INVALID_REQUEST, e.getMessage());
                }
            }
        }
    }
}
