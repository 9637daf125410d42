package dev.ahti.api.topics;

import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.api.topics.DescribedConfig.Synonym;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.image.ClusterImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** This broker's settings as clients are shown them, and which of them can change while it runs. */
final class BrokerConfigs {
    private static final Map<String, List<String>> ALTERNATIVES = Map.of(
            "log.retention.ms", List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours"),
            "log.roll.ms", List.of("log.roll.ms", "log.roll.hours"),
            "log.roll.jitter.ms", List.of("log.roll.jitter.ms", "log.roll.jitter.hours"),
            "log.flush.interval.ms", List.of("log.flush.interval.ms", "log.flush.scheduler.interval.ms"));

    private final CurrentBrokerConfig broker;
    private final ConfigDef definitions;
    private final Set<String> dynamic;

    BrokerConfigs(CurrentBrokerConfig broker) {
        this.broker = broker;
        this.definitions = broker.started().definitions();
        this.dynamic = CurrentBrokerConfig.dynamicNames(definitions);
    }

    /** The defaults of topic configs can be altered, as in Kafka; everything else needs a restart. */
    boolean isDynamic(String name) {
        return dynamic.contains(name);
    }

    boolean isDefined(String name) {
        return definitions.configKeys().containsKey(name);
    }

    /** Everything that holds on this broker. */
    List<DescribedConfig> ofThisBroker(ClusterImage image) {
        BrokerConfig now = broker.in(image);
        return definitions.configKeys().keySet().stream()
                .sorted()
                .map(name -> described(name, text(name, now.value(name)), synonyms(image, name)))
                .toList();
    }

    /** What has been set for all brokers while they run. */
    List<DescribedConfig> ofTheCluster(ClusterImage image) {
        List<DescribedConfig> all = new ArrayList<>();
        new TreeMap<>(broker.clusters(image))
                .forEach((name, value) -> all.add(described(
                        name,
                        value,
                        List.of(new Synonym(name, shown(name, value), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG)))));
        return all;
    }

    private DescribedConfig described(String name, String value, List<Synonym> synonyms) {
        ConfigKey key = definitions.configKeys().get(name);
        return new DescribedConfig(
                name,
                shown(name, value),
                DescribedConfig.sourceOf(synonyms),
                isSensitive(name),
                !isDynamic(name),
                synonyms,
                key == null ? null : key.type,
                key == null ? null : key.documentation);
    }

    /**
     * Where this setting, or another that stands for it in other units, has a value: of this broker while it runs, of all
     * brokers, at start, by default.
     */
    List<Synonym> synonyms(ClusterImage image, String name) {
        if (!isDefined(name)) {
            return List.of();
        }
        List<String> names = ALTERNATIVES.getOrDefault(name, List.of(name)).stream()
                .filter(this::isDefined)
                .toList();
        List<Synonym> all = new ArrayList<>();
        add(all, names, broker.own(image)::get, ConfigSource.DYNAMIC_BROKER_CONFIG);
        add(all, names, broker.clusters(image)::get, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        add(all, names, broker.started().explicitValues()::get, ConfigSource.STATIC_BROKER_CONFIG);
        boolean onlyDefaults = all.isEmpty();
        add(all, names, this::byDefault, ConfigSource.DEFAULT_CONFIG);
        // As in Kafka, a default in other units does not count as one of this setting.
        return onlyDefaults
                ? all.stream().filter(one -> one.name().equals(name)).toList()
                : all;
    }

    private void add(List<Synonym> all, List<String> names, Function<String, String> values, ConfigSource source) {
        for (String name : names) {
            String value = values.apply(name);
            if (value != null) {
                all.add(new Synonym(name, shown(name, value), source));
            }
        }
    }

    private String byDefault(String name) {
        ConfigKey key = definitions.configKeys().get(name);
        return key.hasDefault() ? text(name, key.defaultValue) : null;
    }

    private String text(String name, Object value) {
        return ConfigDef.convertToString(value, definitions.configKeys().get(name).type);
    }

    /** A name that nobody knows may be somebody's secret: as in Kafka it is not shown. */
    private boolean isSensitive(String name) {
        ConfigKey key = definitions.configKeys().get(name);
        return key == null || key.type == ConfigDef.Type.PASSWORD;
    }

    private String shown(String name, String value) {
        return isSensitive(name) ? null : value;
    }
}
