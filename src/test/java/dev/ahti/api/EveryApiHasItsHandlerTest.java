package dev.ahti.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.cluster.ClusterHandlers;
import dev.ahti.api.groups.FakeGroupCoordinator;
import dev.ahti.api.groups.FakeOffsetsTopic;
import dev.ahti.api.groups.GroupHandlers;
import dev.ahti.api.groups.SettlingGroups;
import dev.ahti.api.records.RecordsApis;
import dev.ahti.api.topics.TopicHandlers;
import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import dev.ahti.protocol.SupportedApis;
import dev.ahti.replica.LocalReplicas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/** Nothing is advertised that nobody answers, and nothing answered that is not advertised. */
class EveryApiHasItsHandlerTest {
    private static final LocalReplicas NO_REPLICAS = new NoReplicas();

    private final List<ApiHandler<?>> handlers = new ArrayList<>();

    EveryApiHasItsHandlerTest() {
        FakeMetadata metadata = new FakeMetadata().broker(1, "PLAINTEXT");
        BrokerConfig config = BrokerConfig.load(ConfigSources.of(Map.of()));
        ListenerViews views = ListenerViews.direct(1);
        handlers.addAll(ClusterHandlers.create(metadata, NO_REPLICAS, config.dataDirectory(), views));
        handlers.addAll(TopicHandlers.create(metadata, new CurrentBrokerConfig(config), views));
        handlers.addAll(RecordsApis.create(
                        NO_REPLICAS, metadata, config, (delay, task) -> () -> {}, Runnable::run, Runnable::run)
                .handlers());
        handlers.addAll(GroupHandlers.create(
                new FakeGroupCoordinator().coordinator(),
                group -> CompletableFuture.completedFuture(null),
                new FakeOffsetsTopic(metadata),
                new SettlingGroups(Duration.ZERO, Duration.ZERO, () -> 0),
                metadata,
                views));
    }

    @Test
    void theHandlersAreThoseOfTheTable() {
        assertThat(ApiHandlers.create(handlers).apiKeys()).isEqualTo(SupportedApis.apiKeys());
    }

    @Test
    void clientsAreToldTheTable() {
        ApiHandler<?> apiVersions = handlers.stream()
                .filter(handler -> handler.apiKey() == ApiKeys.API_VERSIONS)
                .findFirst()
                .orElseThrow();
        ApiVersionsRequestData request =
                new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1");

        ApiVersionsResponseData response = Exchange.ask(apiVersions, 4, request, ApiVersionsResponseData.class);

        assertThat(new ArrayList<ApiVersion>(response.apiKeys())).isEqualTo(SupportedApis.advertised());
    }
}
