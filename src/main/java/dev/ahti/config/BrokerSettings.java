package dev.ahti.config;

import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.server.config.ServerConfigs;

/** Who this broker is and where it keeps its data. */
final class BrokerSettings {
    static final String NODE_ID = "node.id";
    static final String POD_NAME = "ahti.pod.name";
    static final String LOG_DIRS = "log.dirs";

    private BrokerSettings() {}

    static void define(ConfigDef settings) {
        Definitions.setting(
                settings,
                NODE_ID,
                ConfigDef.Type.INT,
                1,
                atLeast(0),
                "The id of this broker, different from that of every other broker of the cluster. `broker.id` is"
                        + " understood as the same.");
        Definitions.setting(
                settings,
                POD_NAME,
                ConfigDef.Type.STRING,
                null,
                "Name of the pod that this broker runs in, where a StatefulSet of Kubernetes made it, such as `ahti-0`:"
                        + " without `node.id`, the broker's id is the number at its end plus one.");
        Definitions.asInKafka(settings, ServerConfigs.CONFIG_DEF, "broker.rack");
        Definitions.setting(
                settings,
                LOG_DIRS,
                ConfigDef.Type.LIST,
                "./ahti-data",
                "The data directory: partitions, this broker's identity and, unless `ahti.metadata.url` says otherwise,"
                        + " the metadata database. One directory; `log.dir` is understood as the same.");
    }
}
