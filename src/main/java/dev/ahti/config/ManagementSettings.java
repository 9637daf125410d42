package dev.ahti.config;

import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;

/** The HTTP address for health checks and inspection. */
final class ManagementSettings {
    private ManagementSettings() {}

    static void define(ConfigDef settings) {
        Definitions.setting(
                settings,
                "ahti.management.host",
                ConfigDef.Type.STRING,
                "127.0.0.1",
                new ConfigDef.NonEmptyString(),
                "Address of management HTTP: health and read-only JSON, without authentication.");
        Definitions.setting(
                settings,
                "ahti.management.port",
                ConfigDef.Type.INT,
                8558,
                between(0, Definitions.MAX_PORT),
                "Port of management HTTP; 0 is a free one.");
    }
}
