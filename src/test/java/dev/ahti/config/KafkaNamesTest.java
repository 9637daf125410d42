package dev.ahti.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.api.Test;

/** Holds our names, types and defaults against those of Kafka's own broker. */
class KafkaNamesTest {
    private static final Map<String, ConfigKey> KAFKA = AbstractKafkaConfig.CONFIG_DEF.configKeys();

    /** docs/configuration.md says why, in the text of each. */
    private static final Set<String> DIFFERENT_DEFAULTS =
            Set.of("node.id", "log.dirs", "listeners", "broker.heartbeat.interval.ms", "broker.session.timeout.ms");

    @Test
    void theListOfKafkasNamesIsKafkas() {
        assertThat(new TreeSet<>(KnownNames.kafkaNames())).isEqualTo(new TreeSet<>(KAFKA.keySet()));
    }

    @Test
    void everyNameThatDoesNotBeginWithOurPrefixIsKafkas() {
        assertThat(Definitions.ALL.names().stream().filter(name -> !name.startsWith("ahti.")))
                .allMatch(KAFKA::containsKey);
    }

    @Test
    void typesAndDefaultsAreKafkasButForThoseThatAreExplained() {
        Set<String> different = Definitions.ALL.configKeys().values().stream()
                .filter(ours -> !ours.name.startsWith("ahti."))
                .filter(ours -> !sameAs(ours, KAFKA.get(ours.name)))
                .map(ours -> ours.name)
                .collect(Collectors.toSet());

        assertThat(different).isEqualTo(DIFFERENT_DEFAULTS);
    }

    private static boolean sameAs(ConfigKey ours, ConfigKey kafkas) {
        return ours.type == kafkas.type
                && ConfigDef.convertToString(ours.defaultValue, ours.type)
                        != null
                        == (ConfigDef.convertToString(kafkas.defaultValue, kafkas.type) != null)
                && String.valueOf(ours.defaultValue).equals(String.valueOf(kafkas.defaultValue));
    }
}
