package dev.ahti.api.topics;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
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

    record Synonym(String name, String value, ConfigSource source) {}
}
