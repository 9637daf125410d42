package dev.ahti.api.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AfterLoadingTest {
    private final FakeGroupCoordinator coordinator = new FakeGroupCoordinator();
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final List<String> groups = new ArrayList<>();
    private final AfterLoading<HeartbeatRequestData> heartbeats = new AfterLoading<>(
            new HeartbeatHandler(coordinator.coordinator()), HeartbeatRequestData::groupId, group -> {
                groups.add(group);
                return loaded;
            });

    @BeforeEach
    void answers() {
        coordinator.answers(
                "heartbeat", what -> new HeartbeatResponseData().setErrorCode(Errors.REBALANCE_IN_PROGRESS.code()));
    }

    private CompletionStage<? extends ApiMessage> heartbeat() {
        return heartbeats.handle(
                Exchange.context(ApiKeys.HEARTBEAT, 4, FakeMetadata.LISTENER),
                new HeartbeatRequestData().setGroupId("g"));
    }

    @Test
    void aRequestThatComesWhileItsGroupIsLoadedIsAnsweredAfterwards() {
        CompletionStage<? extends ApiMessage> answer = heartbeat();
        assertThat(answer).isNotDone();
        assertThat(groups).containsExactly("g");

        loaded.complete(null);

        assertThat(((HeartbeatResponseData) answer.toCompletableFuture().join()).errorCode())
                .isEqualTo(Errors.REBALANCE_IN_PROGRESS.code());
    }

    @Test
    void aRequestForAGroupThatIsLoadedIsPassedOnAtOnce() {
        loaded.complete(null);

        assertThat(heartbeat()).isDone();
    }
}
