package dev.ahti.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ApiHandlersTest {
    private final CreateTopicsRequestData twoTopics = new CreateTopicsRequestData();

    ApiHandlersTest() {
        twoTopics
                .topics()
                .add(new CreatableTopic().setName("a").setNumPartitions(1).setReplicationFactor((short) 1));
        twoTopics
                .topics()
                .add(new CreatableTopic().setName("b").setNumPartitions(1).setReplicationFactor((short) 1));
    }

    @Test
    void anExceptionOfKafkaIsItsErrorInEveryPlaceOfTheResponse() {
        assertThat(errors(() -> {
                    throw new NotControllerException("elsewhere");
                }))
                .containsExactly(Errors.NOT_CONTROLLER, Errors.NOT_CONTROLLER);
    }

    @Test
    void anyOtherExceptionIsAnUnknownServerError() {
        assertThat(errors(() -> {
                    throw new IllegalStateException("a defect");
                }))
                .containsExactly(Errors.UNKNOWN_SERVER_ERROR, Errors.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void aFailedStageIsAnsweredLikeAnException() {
        CompletableFuture<ApiMessage> later = new CompletableFuture<>();
        CompletionStage<? extends ApiMessage> answer = dispatch(() -> later);

        later.completeExceptionally(new CompletionException(new NotControllerException("elsewhere")));

        assertThat(errors(answer.toCompletableFuture().join()))
                .containsExactly(Errors.NOT_CONTROLLER, Errors.NOT_CONTROLLER);
    }

    @Test
    void aHandlerWithoutAStageIsAnUnknownServerError() {
        assertThat(errors(() -> null)).containsExactly(Errors.UNKNOWN_SERVER_ERROR, Errors.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void anApiWithoutHandlerIsUnsupported() {
        ApiMessage answer = ApiHandlers.create(List.of())
                .dispatch(Exchange.context(ApiKeys.CREATE_TOPICS, 7, "PLAINTEXT"), twoTopics)
                .toCompletableFuture()
                .join();

        assertThat(errors(answer)).containsExactly(Errors.UNSUPPORTED_VERSION, Errors.UNSUPPORTED_VERSION);
    }

    @Test
    void aFailureThatNoResponseCanTellClosesTheConnection() {
        ProduceRequestData unacknowledged = new ProduceRequestData().setAcks((short) 0);
        unacknowledged.topicData().add(new TopicProduceData().setName("t"));
        ApiHandlers handlers = ApiHandlers.create(List.of(handler(ApiKeys.PRODUCE, () -> {
            throw new NotControllerException("elsewhere");
        })));

        CompletionStage<? extends ApiMessage> answer =
                handlers.dispatch(Exchange.context(ApiKeys.PRODUCE, 9, "PLAINTEXT"), unacknowledged);

        assertThat(answer.toCompletableFuture()).isCompletedExceptionally();
        assertThatThrownBy(() -> answer.toCompletableFuture().join()).hasCauseInstanceOf(CloseConnection.class);
    }

    @Test
    void theWishToCloseTheConnectionIsPassedOn() {
        CompletionStage<? extends ApiMessage> answer =
                dispatch(() -> CompletableFuture.failedFuture(new CloseConnection("refused")));

        assertThatThrownBy(() -> answer.toCompletableFuture().join()).hasCauseInstanceOf(CloseConnection.class);
    }

    @Test
    void anApiHasOneHandler() {
        List<ApiHandler<?>> twice =
                List.of(handler(ApiKeys.METADATA, () -> null), handler(ApiKeys.METADATA, () -> null));

        assertThatThrownBy(() -> ApiHandlers.create(twice)).hasMessageContaining("METADATA");
    }

    private List<Errors> errors(Supplier<CompletionStage<ApiMessage>> handling) {
        return errors(dispatch(handling).toCompletableFuture().join());
    }

    private static List<Errors> errors(ApiMessage answer) {
        return ((CreateTopicsResponseData) answer)
                .topics().stream()
                        .map(CreatableTopicResult::errorCode)
                        .map(Errors::forCode)
                        .toList();
    }

    private CompletionStage<? extends ApiMessage> dispatch(Supplier<CompletionStage<ApiMessage>> handling) {
        return ApiHandlers.create(List.of(handler(ApiKeys.CREATE_TOPICS, handling)))
                .dispatch(Exchange.context(ApiKeys.CREATE_TOPICS, 7, "PLAINTEXT"), twoTopics);
    }

    private static ApiHandler<ApiMessage> handler(ApiKeys key, Supplier<CompletionStage<ApiMessage>> handling) {
        return new ApiHandler<>() {
            @Override
            public ApiKeys apiKey() {
                return key;
            }

            @Override
            public CompletionStage<ApiMessage> handle(RequestContext context, ApiMessage request) {
                return handling.get();
            }
        };
    }
}
