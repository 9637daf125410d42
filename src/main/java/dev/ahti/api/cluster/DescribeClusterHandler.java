package dev.ahti.api.cluster;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.AuthorizedOperations;
import dev.ahti.api.ListenerView;
import dev.ahti.api.ListenerViews;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeCluster, v0 to v2: the brokers, by their addresses on the listener that the client connected to (KIP-700). Any
 * broker answers.
 *
 * <p>From v1 on the client says whether it means brokers or controllers (KIP-919); there are no controllers here, so that
 * these are MISMATCHED_ENDPOINT_TYPE, as at a Kafka broker. From v2 on fenced brokers are listed where asked for
 * (KIP-1073).
 */
final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequestData> {
    private final MetadataClient metadata;
    private final ListenerViews views;

    DescribeClusterHandler(MetadataClient metadata, ListenerViews views) {
        this.metadata = metadata;
        this.views = views;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_CLUSTER;
    }

    @Override
    public CompletionStage<DescribeClusterResponseData> handle(
            RequestContext context, DescribeClusterRequestData request) {
        EndpointType type = EndpointType.fromId(request.endpointType());
        DescribeClusterResponseData response =
                switch (type) {
                    case BROKER -> describe(context, request, metadata.image());
                    case CONTROLLER ->
                        refused(
                                Errors.MISMATCHED_ENDPOINT_TYPE,
                                "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type"
                                        + " CONTROLLER");
                    case UNKNOWN ->
                        refused(
                                Errors.UNSUPPORTED_ENDPOINT_TYPE,
                                "Unsupported endpoint type " + request.endpointType());
                };
        return CompletableFuture.completedFuture(response);
    }

    private static DescribeClusterResponseData refused(Errors error, String message) {
        return new DescribeClusterResponseData().setErrorCode(error.code()).setErrorMessage(message);
    }

    private DescribeClusterResponseData describe(
            RequestContext context, DescribeClusterRequestData request, ClusterImage image) {
        ListenerView view = views.of(image, context.listener());
        DescribeClusterResponseData response = new DescribeClusterResponseData()
                .setEndpointType(EndpointType.BROKER.id())
                .setClusterId(image.clusterId())
                .setControllerId(view.controller());
        if (request.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(AuthorizedOperations.ALL_OF_CLUSTER);
        }
        (request.includeFencedBrokers() ? view.registered() : view.brokers())
                .forEach(node -> response.brokers().add(described(node)));
        return response;
    }

    private static DescribeClusterBroker described(ListenerView.Node node) {
        return new DescribeClusterBroker()
                .setBrokerId(node.id())
                .setHost(node.endpoint().host())
                .setPort(node.endpoint().port())
                .setRack(node.rack())
                .setIsFenced(node.fenced());
    }
}
