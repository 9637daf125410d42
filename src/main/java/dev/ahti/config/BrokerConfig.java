package dev.ahti.config;

import dev.ahti.model.Endpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * All settings of this broker, checked. The only place that knows where they come from ({@code --set}, environment,
 * file, default).
 */
public final class BrokerConfig {

    /** {@code node.id}. */
    public int nodeId() {
        throw new UnsupportedOperationException();
    }

    /** {@code log.dirs}: one directory. */
    public Path dataDirectory() {
        throw new UnsupportedOperationException();
    }

    /** {@code listeners}: addresses to bind. */
    public List<Endpoint> listeners() {
        throw new UnsupportedOperationException();
    }

    public int intValue(String name) {
        throw new UnsupportedOperationException();
    }

    public long longValue(String name) {
        throw new UnsupportedOperationException();
    }

    public boolean booleanValue(String name) {
        throw new UnsupportedOperationException();
    }

    /** The value, or null where it is unset and has no default. */
    public String stringValue(String name) {
        throw new UnsupportedOperationException();
    }

    /** Names, types, defaults and documentation of every setting that Ahti honours. */
    public ConfigDef definitions() {
        throw new UnsupportedOperationException();
    }

    /** What somebody set, by name, as text: everything else is at its default. */
    public Map<String, String> explicitValues() {
        throw new UnsupportedOperationException();
    }

    /** Defaults of the topic configs on this broker ({@code log.retention.ms} and the like), by topic config name. */
    public Map<String, Object> topicDefaults() {
        throw new UnsupportedOperationException();
    }

    /** The configuration of a topic with these overrides. */
    public LogConfig topicConfig(Map<String, String> overrides) {
        throw new UnsupportedOperationException();
    }
}
