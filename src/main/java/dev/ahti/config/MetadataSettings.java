package dev.ahti.config;

import org.apache.kafka.common.config.ConfigDef;

/** The database that keeps the cluster's metadata. */
final class MetadataSettings {
    private MetadataSettings() {}

    static void define(ConfigDef settings) {
        Definitions.setting(
                settings,
                "ahti.metadata.url",
                ConfigDef.Type.STRING,
                null,
                "JDBC URL of the metadata database, such as `jdbc:postgresql://host:5432/ahti`. Unset: an embedded H2"
                        + " database in the data directory, for a broker that is alone.");
        Definitions.setting(
                settings, "ahti.metadata.user", ConfigDef.Type.STRING, null, "User of the metadata database.");
        Definitions.setting(
                settings,
                "ahti.metadata.password",
                ConfigDef.Type.PASSWORD,
                null,
                "Password of the metadata database.");
    }
}
