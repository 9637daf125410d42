package dev.ahti.config;

import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** How brokers find each other. */
final class ClusterSettings {
    static final String CONTACT_POINTS = "ahti.cluster.contact-points";
    static final String DISCOVERY = "ahti.cluster.discovery";
    static final String BROKERS = "ahti.cluster.brokers";

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
                DISCOVERY,
                ConfigDef.Type.STRING,
                "config",
                ValidString.in("config", "dns", "kubernetes-api"),
                "How brokers find each other. `config`: at `ahti.cluster.contact-points`. `dns`: at the addresses (A and"
                        + " AAAA records) of the one name in `ahti.cluster.contact-points`, of which the machine's DNS"
                        + " servers are asked, and not `/etc/hosts`. `kubernetes-api`: pods of this namespace with the"
                        + " label `app=ahti`, at their container port `management`.");
        Definitions.setting(
                settings,
                CONTACT_POINTS,
                ConfigDef.Type.LIST,
                "",
                "Management addresses of the brokers of the cluster, this one included, as host:port, separated by"
                        + " commas; the same list at every broker. With discovery `dns`: one name for all brokers and the"
                        + " management port of each, as name:port. Empty, with discovery `config`: this broker is alone.");
        Definitions.setting(
                settings,
                BROKERS,
                ConfigDef.Type.INT,
                null,
                "How many brokers the cluster has, with discovery `dns` or `kubernetes-api`: more than half of them must"
                        + " be there to begin it. With `config` it is the length of `ahti.cluster.contact-points`.");
        Definitions.setting(
                settings,
                "ahti.cluster.secret",
                ConfigDef.Type.PASSWORD,
                null,
                "Shared by all brokers of a cluster: one with another secret cannot join, and connections between brokers"
                        + " that do not know it are refused.");
    }
}
