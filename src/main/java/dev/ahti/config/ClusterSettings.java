package dev.ahti.config;

import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** How brokers find each other. */
final class ClusterSettings {
    static final String CONTACT_POINTS = "ahti.cluster.contact-points";

    private ClusterSettings() {}

    static void define(ConfigDef settings) {
        Definitions.setting(
                settings,
                "ahti.cluster.host",
                ConfigDef.Type.STRING,
                "127.0.0.1",
                new ConfigDef.NonEmptyString(),
                "Address at which the other brokers reach this one.");
        Definitions.setting(
                settings,
                "ahti.cluster.port",
                ConfigDef.Type.INT,
                2551,
                between(0, Definitions.MAX_PORT),
                "Port for cluster messages between brokers; 0 is a free one.");
        Definitions.setting(
                settings,
                CONTACT_POINTS,
                ConfigDef.Type.LIST,
                "",
                "Management addresses of brokers of the cluster, this one included, as host:port, separated by commas."
                        + " Empty: this broker is alone.");
        Definitions.setting(
                settings,
                "ahti.cluster.discovery",
                ConfigDef.Type.STRING,
                "config",
                ValidString.in("config"),
                "How brokers find each other. `config`: through `ahti.cluster.contact-points`.");
        Definitions.setting(
                settings,
                "ahti.cluster.secret",
                ConfigDef.Type.PASSWORD,
                null,
                "Shared by all brokers of a cluster; connections between brokers that do not know it are refused.");
    }
}
