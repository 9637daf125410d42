package dev.ahti.config;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/** What the broker's settings make of the defaults of topic configs, by Kafka's own table of synonyms. */
final class TopicDefaults {
    private TopicDefaults() {}

    static Map<String, Object> from(Map<String, Object> values) {
        Map<String, Object> defaults = new TreeMap<>();
        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.forEach((topicConfig, synonyms) -> {
            Object value = firstSet(synonyms, values);
            if (value != null) {
                defaults.put(topicConfig, converted(topicConfig, value));
            }
        });
        return Collections.unmodifiableMap(defaults);
    }

    /** Kafka's order: retention.ms is log.retention.ms, else log.retention.minutes, else log.retention.hours. */
    private static Object firstSet(List<ConfigSynonym> synonyms, Map<String, Object> values) {
        for (ConfigSynonym synonym : synonyms) {
            Object value = values.get(synonym.name());
            if (value instanceof List<?> list) {
                return list;
            }
            if (value != null) {
                return inTopicUnits(synonym, value);
            }
        }
        return null;
    }

    /** A negative retention is "without end" in every unit. */
    private static String inTopicUnits(ConfigSynonym synonym, Object value) {
        boolean endless =
                synonym.name().startsWith("log.retention.") && value instanceof Number number && number.longValue() < 0;
        return endless ? "-1" : synonym.converter().apply(value.toString());
    }

    private static Object converted(String topicConfig, Object value) {
        return LogConfig.configType(topicConfig)
                .map(type -> ConfigDef.parseType(topicConfig, value, type))
                .orElse(value);
    }
}
