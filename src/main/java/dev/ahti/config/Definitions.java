package dev.ahti.config;

import java.util.Arrays;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Validator;

/** Every setting that Ahti honours, gathered from the themed files. */
final class Definitions {
    static final int MAX_PORT = 65_535;

    static final ConfigDef ALL = all();

    private Definitions() {}

    private static ConfigDef all() {
        ConfigDef settings = new ConfigDef();
        BrokerSettings.define(settings);
        NetworkSettings.define(settings);
        TopicSettings.define(settings);
        LogSettings.define(settings);
        ReplicationSettings.define(settings);
        GroupSettings.define(settings);
        ClusterSettings.define(settings);
        MetadataSettings.define(settings);
        ManagementSettings.define(settings);
        return settings;
    }

    static void setting(
            ConfigDef settings,
            String name,
            ConfigDef.Type type,
            Object byDefault,
            Validator allowed,
            String documentation) {
        settings.define(name, type, byDefault, allowed, Importance.MEDIUM, documentation);
    }

    static void setting(ConfigDef settings, String name, ConfigDef.Type type, Object byDefault, String documentation) {
        setting(settings, name, type, byDefault, null, documentation);
    }

    /** Takes definitions as Kafka has them: type, default, range and documentation. */
    static void asInKafka(ConfigDef settings, ConfigDef kafkas, String... names) {
        Arrays.stream(names).map(name -> required(kafkas, name)).forEach(settings::define);
    }

    private static ConfigKey required(ConfigDef kafkas, String name) {
        ConfigKey key = kafkas.configKeys().get(name);
        if (key == null) {
            throw new IllegalStateException("Kafka does not define " + name);
        }
        return key;
    }
}
