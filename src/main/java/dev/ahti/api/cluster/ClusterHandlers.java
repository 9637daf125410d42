package dev.ahti.api.cluster;

import dev.ahti.api.ApiHandler;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.replica.LocalReplicas;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;

/** The handlers of this package: the cluster and its brokers. */
public final class ClusterHandlers {
    private ClusterHandlers() {}

    /** @param advertised the APIs and versions that this broker serves */
    public static List<ApiHandler<?>> create(
            MetadataClient metadata, LocalReplicas replicas, BrokerConfig config, Collection<ApiVersion> advertised) {
        return List.of(
                new ApiVersionsHandler(metadata, advertised),
                new DescribeClusterHandler(metadata, config.nodeId()),
                new DescribeLogDirsHandler(metadata, replicas, config.dataDirectory()));
    }
}
