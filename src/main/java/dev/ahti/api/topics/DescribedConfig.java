package dev.ahti.api.topics;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/**
 * A config as clients are shown it.
 *
 * @param value as text, or null where it is sensitive or unset
 * @param source where the value comes from
 * @param synonyms all places that have a value for it, the strongest first (KIP-226)
 */
record DescribedConfig(
        String name,
        String value,
        ConfigSource source,
        boolean sensitive,
        boolean readOnly,
        List<Synonym> synonyms,
        ConfigDef.Type type,
        String documentation) {

    /** One that can be altered, with the value that holds. */
    static DescribedConfig dynamic(ConfigKey key, Object value, List<Synonym> synonyms) {
        boolean sensitive = key.type == ConfigDef.Type.PASSWORD;
        return new DescribedConfig(
                key.name,
                sensitive ? null : ConfigDef.convertToString(value, key.type),
                sourceOf(synonyms),
                sensitive,
                false,
                synonyms,
                key.type,
                key.documentation);
    }

    /** Where the value that holds comes from. */
    static ConfigSource sourceOf(List<Synonym> synonyms) {
        return synonyms.isEmpty()
                ? ConfigSource.DEFAULT_CONFIG
                : synonyms.get(0).source();
    }

    record Synonym(String name, String value, ConfigSource source) {}
}
