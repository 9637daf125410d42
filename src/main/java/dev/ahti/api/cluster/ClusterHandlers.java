package dev.ahti.api.cluster;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ListenerViews;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.protocol.SupportedApis;
import dev.ahti.replica.LocalReplicas;
import java.nio.file.Path;
import java.util.List;

/** The handlers of this package: the cluster and its brokers. */
public final class ClusterHandlers {
    private ClusterHandlers() {}

    public static List<ApiHandler<?>> create(
            MetadataClient metadata, LocalReplicas replicas, Path dataDirectory, ListenerViews views) {
        return List.of(
                new ApiVersionsHandler(metadata, SupportedApis.advertised()),
                new DescribeClusterHandler(metadata, views),
                new DescribeLogDirsHandler(metadata, replicas, dataDirectory),
                new ElectLeadersHandler(metadata),
                new UnregisterBrokerHandler(metadata),
                new UpdateFeaturesHandler(metadata));
    }
}
