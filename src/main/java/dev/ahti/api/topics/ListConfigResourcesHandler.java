package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ListenerViews;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.protocol.RequestContext;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * ListConfigResources, v0 and v1: what has configs (KIP-1142). v0 means client metrics subscriptions, which Ahti does not
 * have: it lists none. In v1 no types named means all; a type that does not exist is UNSUPPORTED_VERSION, as in Kafka. Any
 * broker answers.
 */
final class ListConfigResourcesHandler implements ApiHandler<ListConfigResourcesRequestData> {
    private static final Set<ConfigResource.Type> TYPES = EnumSet.of(
            ConfigResource.Type.TOPIC,
            ConfigResource.Type.BROKER,
            ConfigResource.Type.BROKER_LOGGER,
            ConfigResource.Type.CLIENT_METRICS,
            ConfigResource.Type.GROUP);

    private final MetadataClient metadata;
    private final ListenerViews views;

    ListConfigResourcesHandler(MetadataClient metadata, ListenerViews views) {
        this.views = views;
        this.metadata = metadata;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_CONFIG_RESOURCES;
    }

    @Override
    public CompletionStage<ListConfigResourcesResponseData> handle(
            RequestContext context, ListConfigResourcesRequestData request) {
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        Set<ConfigResource.Type> asked = asked(context.apiVersion(), request.resourceTypes());
        if (!TYPES.containsAll(asked)) {
            return CompletableFuture.completedFuture(response.setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
        }
        ClusterImage image = metadata.image();
        for (ConfigResource.Type type : asked) {
            names(type, context, image).forEach(name -> response.configResources()
                    .add(new ListConfigResourcesResponseData.ConfigResource()
                            .setResourceType(type.id())
                            .setResourceName(name)));
        }
        return CompletableFuture.completedFuture(response);
    }

    private static Set<ConfigResource.Type> asked(short version, List<Byte> types) {
        if (version == 0) {
            return EnumSet.of(ConfigResource.Type.CLIENT_METRICS);
        }
        if (types.isEmpty()) {
            return TYPES;
        }
        Set<ConfigResource.Type> asked = EnumSet.noneOf(ConfigResource.Type.class);
        types.forEach(type -> asked.add(ConfigResource.Type.forId(type)));
        return asked;
    }

    private Collection<String> names(ConfigResource.Type type, RequestContext context, ClusterImage image) {
        return switch (type) {
            case TOPIC -> new TreeSet<>(image.topicIds().keySet());
            case BROKER, BROKER_LOGGER ->
                views.of(image, context.listener()).brokers().stream()
                        .map(broker -> Integer.toString(broker.id()))
                        .toList();
            case GROUP ->
                image.configs().keySet().stream()
                        .filter(resource -> resource.type() == ConfigResource.Type.GROUP)
                        .map(ConfigResource::name)
                        .sorted()
                        .toList();
            default -> List.of();
        };
    }
}
