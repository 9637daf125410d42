package dev.ahti.metadata;

import dev.ahti.metadata.image.ClusterImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** The two topic configs that elections ask for: the topic's own, else the cluster-wide one, else the default. */
final class TopicSettings {
    private static final ConfigResource CLUSTER_WIDE = new ConfigResource(ConfigResource.Type.BROKER, "");

    private final MetadataSettings settings;

    TopicSettings(MetadataSettings settings) {
        this.settings = settings;
    }

    /** {@code min.insync.replicas}. */
    int minInSync(ClusterImage image, Uuid topic) {
        return Integer.parseInt(value(image, topic, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "1"));
    }

    boolean uncleanElection(ClusterImage image, Uuid topic) {
        return Boolean.parseBoolean(value(image, topic, TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false"));
    }

    private String value(ClusterImage image, Uuid topic, String name, String otherwise) {
        String own = image.topicConfigs(image.topic(topic).name()).get(name);
        if (own != null) {
            return own;
        }
        String clusterWide = image.configs(CLUSTER_WIDE).get(name);
        if (clusterWide != null) {
            return clusterWide;
        }
        Object byDefault = settings.topicDefaults().get(name);
        return byDefault == null ? otherwise : byDefault.toString();
    }
}
