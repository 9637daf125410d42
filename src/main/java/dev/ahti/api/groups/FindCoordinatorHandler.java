package dev.ahti.api.groups;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ListenerView;
import dev.ahti.api.ListenerViews;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/**
 * FindCoordinator, v0 to v6: which broker coordinates a group, several of them from v4 on (KIP-699). Any broker answers,
 * from its image. The first question for a group creates {@code __consumer_offsets}, and is answered when it is there;
 * COORDINATOR_NOT_AVAILABLE tells a client to ask again. Where the coordinator is proven dead, the answer waits a short
 * while for another ({@link MetadataClient#imageAfterElections}), except on virtual listeners, which show none.
 *
 * <p>Left out: coordinators of transactions and share groups, of which there are none yet, are INVALID_REQUEST. Kafka has
 * it for share groups where they are off; a retriable error would have a producer with a transactional id ask for ever.
 */
final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequestData> {
    private static final short WITH_SEVERAL = 4;

    private final OffsetsTopic topic;
    private final MetadataClient metadata;
    private final ListenerViews views;

    FindCoordinatorHandler(OffsetsTopic topic, MetadataClient metadata, ListenerViews views) {
        this.topic = topic;
        this.metadata = metadata;
        this.views = views;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FIND_COORDINATOR;
    }

    @Override
    public CompletionStage<FindCoordinatorResponseData> handle(
            RequestContext context, FindCoordinatorRequestData request) {
        boolean ofGroups = CoordinatorType.forId(request.keyType()) == CoordinatorType.GROUP;
        boolean several = context.apiVersion() >= WITH_SEVERAL;
        List<String> keys = several ? request.coordinatorKeys() : List.of(request.key());
        CompletionStage<Errors> created = ofGroups && !keys.isEmpty()
                ? topic.ensureCreated()
                : CompletableFuture.completedFuture(Errors.INVALID_REQUEST);
        return created.thenCompose(error -> imageFor(error).thenApply(image -> {
            ListenerView view = views.of(image, context.listener());
            List<Coordinator> found =
                    keys.stream().map(key -> find(key, error, image, view)).toList();
            return several ? new FindCoordinatorResponseData().setCoordinators(found) : single(found.get(0));
        }));
    }

    private CompletionStage<ClusterImage> imageFor(Errors error) {
        return error != Errors.NONE || views.isVirtual()
                ? CompletableFuture.completedFuture(metadata.image())
                : metadata.imageAfterElections(List.of(OffsetsTopic.NAME));
    }

    private Coordinator find(String key, Errors error, ClusterImage image, ListenerView view) {
        if (error != Errors.NONE) {
            return failed(key, error);
        }
        PartitionImage slot = image.partition(OffsetsTopic.NAME, topic.partitionFor(key));
        int leader = slot == null ? ListenerView.NONE : view.leader(slot);
        return view.brokers().stream()
                .filter(broker -> broker.id() == leader)
                .findFirst()
                .map(broker -> new Coordinator()
                        .setKey(key)
                        .setNodeId(broker.id())
                        .setHost(broker.endpoint().host())
                        .setPort(broker.endpoint().port()))
                .orElseGet(() -> failed(key, Errors.COORDINATOR_NOT_AVAILABLE));
    }

    private static Coordinator failed(String key, Errors error) {
        return new Coordinator()
                .setKey(key)
                .setErrorCode(error.code())
                .setErrorMessage(error.message())
                .setNodeId(-1)
                .setHost("")
                .setPort(-1);
    }

    private static FindCoordinatorResponseData single(Coordinator found) {
        return new FindCoordinatorResponseData()
                .setErrorCode(found.errorCode())
                .setErrorMessage(found.errorMessage())
                .setNodeId(found.nodeId())
                .setHost(found.host())
                .setPort(found.port());
    }
}
