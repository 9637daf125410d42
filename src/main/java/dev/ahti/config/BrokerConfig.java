package dev.ahti.config;

import dev.ahti.model.Endpoint;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * All settings of this broker, checked. The only place that knows where they come from ({@code --set}, environment,
 * file, default).
 */
public final class BrokerConfig {
    private final Map<String, Object> values;
    private final Map<String, String> explicit;
    private final Map<String, String> ignored;
    private final List<Endpoint> listeners;
    private final List<Endpoint> advertisedListeners;
    private final Set<String> virtualListeners;
    private final Map<String, Object> topicDefaults;

    /** @throws ConfigProblem with one line about the first setting that cannot be */
    public static BrokerConfig load(ConfigSources sources) {
        return new ConfigLoader(sources).load();
    }

    BrokerConfig(
            Map<String, Object> values,
            Map<String, String> explicit,
            Map<String, String> ignored,
            List<Endpoint> listeners,
            List<Endpoint> advertisedListeners,
            Set<String> virtualListeners) {
        this.values = values;
        this.explicit = Collections.unmodifiableMap(new TreeMap<>(explicit));
        this.ignored = Collections.unmodifiableMap(new TreeMap<>(ignored));
        this.listeners = listeners;
        this.advertisedListeners = advertisedListeners;
        this.virtualListeners = virtualListeners;
        this.topicDefaults = TopicDefaults.from(values);
    }

    /** {@code node.id}. */
    public int nodeId() {
        return intValue(BrokerSettings.NODE_ID);
    }

    /** {@code log.dirs}: one directory. */
    public Path dataDirectory() {
        return Path.of(listValue(BrokerSettings.LOG_DIRS).get(0));
    }

    /** {@code listeners}: addresses to bind. An empty host is every interface, port 0 a free one. */
    public List<Endpoint> listeners() {
        return listeners;
    }

    /** {@code advertised.listeners}, or what follows from {@code listeners}. Port 0 is the one that was bound. */
    public List<Endpoint> advertisedListeners() {
        return advertisedListeners;
    }

    /** Names of the listeners whose mode ({@code ahti.listener.mode}) is virtual; the others are direct. */
    public Set<String> virtualListeners() {
        return virtualListeners;
    }

    public int intValue(String name) {
        return (Integer) value(name);
    }

    public long longValue(String name) {
        return (Long) value(name);
    }

    public boolean booleanValue(String name) {
        return (Boolean) value(name);
    }

    /** The value, or null where it is unset and has no default. */
    public String stringValue(String name) {
        Object value = value(name);
        return value instanceof Password password ? password.value() : (String) value;
    }

    /** The values of a list setting; empty where it is unset. */
    @SuppressWarnings("unchecked")
    public List<String> listValue(String name) {
        Object value = value(name);
        return value == null ? List.of() : (List<String>) value;
    }

    /** Names, types, defaults and documentation of every setting that Ahti honours. */
    public ConfigDef definitions() {
        return Definitions.ALL;
    }

    /** What somebody set, by name, as text: everything else is at its default. */
    public Map<String, String> explicitValues() {
        return explicit;
    }

    /** Kafka's names that somebody set and that mean nothing here, in order. */
    public List<String> ignoredNames() {
        return List.copyOf(ignored.keySet());
    }

    /** Defaults of the topic configs on this broker ({@code log.retention.ms} and the like), by topic config name. */
    public Map<String, Object> topicDefaults() {
        return topicDefaults;
    }

    /** The configuration of a topic with these overrides. */
    public LogConfig topicConfig(Map<String, String> overrides) {
        Properties properties = new Properties();
        properties.putAll(overrides);
        return LogConfig.fromProps(topicDefaults, properties);
    }

    /**
     * The settings of groups as Kafka's coordinator reads them.
     *
     * @throws ConfigProblem where they contradict each other
     */
    public GroupCoordinatorConfig groupCoordinatorConfig() {
        Map<String, Object> kafkas = new HashMap<>();
        GroupCoordinatorConfig.CONFIG_DEF.names().stream()
                .filter(values::containsKey)
                .forEach(name -> kafkas.put(name, values.get(name)));
        try {
            return new GroupCoordinatorConfig(new AbstractConfig(GroupCoordinatorConfig.CONFIG_DEF, kafkas, false));
        } catch (IllegalArgumentException | KafkaException e) {
            throw new ConfigProblem(e.getMessage());
        }
    }

    /**
     * This configuration with some settings changed while the broker runs (dynamic broker configs).
     *
     * @throws ConfigProblem where a value cannot be
     */
    public BrokerConfig with(Map<String, String> changes) {
        Map<String, String> all = new HashMap<>(ignored);
        all.putAll(explicit);
        all.putAll(changes);
        return load(ConfigSources.of(all));
    }

    /** The value in the type that its definition has, or null where it is unset and has no default. */
    public Object value(String name) {
        if (!values.containsKey(name)) {
            throw new IllegalArgumentException("no setting is called " + name);
        }
        return values.get(name);
    }
}
