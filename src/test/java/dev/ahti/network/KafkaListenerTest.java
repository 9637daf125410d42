package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ahti.protocol.SupportedApis;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.junit.jupiter.api.Test;

class KafkaListenerTest {
    static CompletableFuture<ApiMessage> apiVersions() {
        ApiVersionsResponseData response = new ApiVersionsResponseData();
        SupportedApis.advertised().forEach(response.apiKeys()::add);
        return CompletableFuture.completedFuture(response);
    }

    @Test
    void answersApiVersionsInEachOfItsVersions() throws IOException {
        try (TestListener listener = TestListener.of((context, request) -> apiVersions());
                TestClient client = listener.connect()) {
            for (short version = 0; version <= 4; version++) {
                client.send(version, version, new ApiVersionsRequestData());
                ApiVersionsResponse response =
                        (ApiVersionsResponse) client.receive(ApiKeys.API_VERSIONS, version, version);
                assertThat(response.apiVersion(ApiKeys.FETCH.id).maxVersion()).isEqualTo((short) 18);
            }
        }
    }

    @Test
    void answersApiVersionsOfAnUnknownVersionInV0WithTheVersionsThatExist() throws IOException {
        try (TestListener listener = TestListener.of((context, request) -> apiVersions());
                TestClient client = listener.connect()) {
            byte[] frame = TestClient.frame(7, (short) 4, new ApiVersionsRequestData());
            frame[7] = 99;
            client.send(frame);
            ApiVersionsResponse response = (ApiVersionsResponse) client.receive(ApiKeys.API_VERSIONS, (short) 0, 7);
            assertThat(response.data().errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(response.data().apiKeys()).hasSize(1);
            assertThat(response.apiVersion(ApiKeys.API_VERSIONS.id).maxVersion())
                    .isEqualTo((short) 4);

            client.send(8, (short) 4, new ApiVersionsRequestData());
            assertThat(client.receiveCorrelationId()).isEqualTo(8);
        }
    }

    @Test
    void aTakenPortIsRefusedInOneLineThatNamesIt() {
        try (TestListener listener = TestListener.of((context, request) -> apiVersions())) {
            int port = listener.address().getPort();
            assertThatThrownBy(() -> listener.another(port))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("PLAINTEXT://127.0.0.1:" + port)
                    .hasMessageContaining("in use")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void clientsWaitUntilTheListenerIsOpened() throws IOException {
        try (TestListener other = TestListener.of((context, request) -> apiVersions())) {
            KafkaListener listener = other.another(0);
            try (TestClient client = new TestClient(listener.localAddress())) {
                client.send(1, (short) 4, new ApiVersionsRequestData());
                client.socket().setSoTimeout(100);
                assertThatThrownBy(client::receive).hasMessageContaining("timed out");
                client.socket().setSoTimeout(10_000);
                listener.open((context, request) -> apiVersions());
                assertThat(client.receiveCorrelationId()).isEqualTo(1);
            }
            listener.close(Duration.ofSeconds(1)).toCompletableFuture().join();
        }
    }

    @Test
    void closingAnswersWhatWasReadAndThenGivesThePortBack() throws IOException {
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        try (TestListener other = TestListener.of((context, request) -> apiVersions())) {
            KafkaListener listener = other.another(0);
            listener.open((context, request) -> answer);
            try (TestClient client = new TestClient(listener.localAddress())) {
                client.send(1, (short) 4, new ApiVersionsRequestData());
                await().until(() ->
                        other.metrics.of(ApiKeys.API_VERSIONS).requests.sum() == 1);
                var closed = listener.close(Duration.ofSeconds(10)).toCompletableFuture();
                answer.complete(apiVersions().join());
                assertThat(client.receiveCorrelationId()).isEqualTo(1);
                assertThat(client.isClosedByBroker()).isTrue();
                assertThat(closed).succeedsWithin(Duration.ofSeconds(5));
                assertThat(other.another(listener.localAddress().getPort())).isNotNull();
            }
        }
    }

    @Test
    void closingCutsOffWhatIsNotAnsweredInTime() throws IOException {
        try (TestListener other = TestListener.of((context, request) -> apiVersions())) {
            KafkaListener listener = other.another(0);
            listener.open((context, request) -> new CompletableFuture<>());
            try (TestClient client = new TestClient(listener.localAddress())) {
                client.send(1, (short) 4, new ApiVersionsRequestData());
                await().until(() ->
                        other.metrics.of(ApiKeys.API_VERSIONS).requests.sum() == 1);
                assertThat(listener.close(Duration.ofMillis(50)).toCompletableFuture())
                        .succeedsWithin(Duration.ofSeconds(5));
                assertThat(listener.openConnections()).isZero();
                assertThat(client.isClosedByBroker()).isTrue();
            }
        }
    }
}
