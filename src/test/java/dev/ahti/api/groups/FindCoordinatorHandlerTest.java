package dev.ahti.api.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.api.ListenerViews;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.model.PartitionId;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.junit.jupiter.api.Test;

class FindCoordinatorHandlerTest {
    private final FakeMetadata metadata =
            new FakeMetadata().broker(1, "PLAINTEXT", "OTHER").broker(2, "PLAINTEXT");
    private final FakeOffsetsTopic topic = new FakeOffsetsTopic(metadata);

    @Test
    void theCoordinatorOfAGroupIsTheLeaderOfItsSlotInEveryVersion() {
        slots();

        Exchange.forEachVersion(ApiKeys.FIND_COORDINATOR, version -> assertThat(
                        found(ListenerViews.direct(1), version, CoordinatorType.GROUP, "group-1"))
                .isEqualTo("2@plaintext2:9002"));
    }

    @Test
    void severalGroupsAreAskedForAtOnceFromVersionFourOn() {
        slots();

        FindCoordinatorResponseData response =
                ask(ListenerViews.direct(1), "PLAINTEXT", 6, CoordinatorType.GROUP, "group-0", "group-1", "group-9");

        assertThat(response.coordinators())
                .extracting(each -> each.key() + " " + each.nodeId() + " " + Errors.forCode(each.errorCode()))
                .containsExactly("group-0 1 NONE", "group-1 2 NONE", "group-9 -1 COORDINATOR_NOT_AVAILABLE");
    }

    @Test
    void aVirtualListenerHasOneCoordinatorForAll() {
        slots();

        assertThat(found(ListenerViews.virtual(1), 6, CoordinatorType.GROUP, "group-1"))
                .isEqualTo("0@plaintext1:9001");
    }

    @Test
    void aSlotWithoutALeaderOrWhoseLeaderIsNotOnThisListenerHasNoCoordinator() {
        Uuid id = slots();

        assertThat(error(ask(ListenerViews.direct(1), "OTHER", 4, CoordinatorType.GROUP, "group-1")))
                .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);

        metadata.apply(new SetPartitionLeader(new PartitionId(id, 1), -1, 5));

        assertThat(error(ask(ListenerViews.direct(1), "PLAINTEXT", 4, CoordinatorType.GROUP, "group-1")))
                .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    }

    @Test
    void whoAsksForACoordinatorThatIsProvenDeadIsToldWhoFollowsIt() {
        Uuid id = slots();
        metadata.elections = new CompletableFuture<>();

        CompletionStage<FindCoordinatorResponseData> answer =
                handler(ListenerViews.direct(1)).handle(context(), request(CoordinatorType.GROUP, 6, "group-1"));
        assertThat(answer).isNotDone();
        metadata.apply(new SetPartitionLeader(new PartitionId(id, 1), 1, 5));
        metadata.elections.complete(null);

        assertThat(answer.toCompletableFuture().join().coordinators())
                .extracting(Coordinator::nodeId)
                .containsExactly(1);
    }

    @Test
    void clientsOfAVirtualListenerSeeOneCoordinatorAndDoNotWaitForAnother() {
        slots();
        metadata.elections = new CompletableFuture<>();

        assertThat(handler(ListenerViews.virtual(1)).handle(context(), request(CoordinatorType.GROUP, 6, "group-1")))
                .isDone();
    }

    @Test
    void aTopicThatCannotBeCreatedYetIsToBeAskedForAgainInEveryVersion() {
        topic.created = Errors.COORDINATOR_NOT_AVAILABLE;

        Exchange.forEachVersion(ApiKeys.FIND_COORDINATOR, version -> {
            FindCoordinatorResponseData response =
                    ask(ListenerViews.direct(1), "PLAINTEXT", version, CoordinatorType.GROUP, "g");

            assertThat(version < 4 ? Errors.forCode(response.errorCode()) : error(response))
                    .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        });
        assertThat(topic.questions).isPositive();
    }

    @Test
    void transactionsAndShareGroupsHaveNoCoordinatorAndClientsNeedNotAskAgain() {
        for (CoordinatorType type : List.of(CoordinatorType.TRANSACTION, CoordinatorType.SHARE)) {
            assertThat(error(ask(ListenerViews.direct(1), "PLAINTEXT", 6, type, "x")))
                    .isEqualTo(Errors.INVALID_REQUEST);
        }
        assertThat(topic.questions).as("no topic is created for them").isZero();
    }

    @Test
    void aKindThatDoesNotExistIsAnInvalidRequest() {
        FindCoordinatorResponseData response = Exchange.ask(
                handler(ListenerViews.direct(1)),
                6,
                new FindCoordinatorRequestData().setKeyType((byte) 9).setCoordinatorKeys(List.of("x")),
                FindCoordinatorResponseData.class);

        assertThat(error(response)).isEqualTo(Errors.INVALID_REQUEST);
    }

    private Uuid slots() {
        Uuid id = metadata.topic(OffsetsTopic.NAME, 2, 1, 2);
        metadata.apply(new SetPartitionLeader(new PartitionId(id, 1), 2, 4));
        return id;
    }

    private String found(ListenerViews views, int version, CoordinatorType type, String key) {
        FindCoordinatorResponseData response = ask(views, "PLAINTEXT", version, type, key);
        if (version < 4) {
            return response.nodeId() + "@" + response.host() + ":" + response.port();
        }
        Coordinator one = response.coordinators().get(0);
        assertThat(one.key()).isEqualTo(key);
        return one.nodeId() + "@" + one.host() + ":" + one.port();
    }

    private static Errors error(FindCoordinatorResponseData response) {
        return Errors.forCode(response.coordinators().get(0).errorCode());
    }

    private FindCoordinatorResponseData ask(
            ListenerViews views, String listener, int version, CoordinatorType type, String... keys) {
        return Exchange.ask(
                handler(views), listener, version, request(type, version, keys), FindCoordinatorResponseData.class);
    }

    private static RequestContext context() {
        return Exchange.context(ApiKeys.FIND_COORDINATOR, (short) 6, FakeMetadata.LISTENER);
    }

    private static FindCoordinatorRequestData request(CoordinatorType type, int version, String... keys) {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData();
        if (version >= 1) {
            request.setKeyType(type.id());
        }
        if (version < 4) {
            request.setKey(keys[0]);
        } else {
            request.setCoordinatorKeys(List.of(keys));
        }
        return request;
    }

    private FindCoordinatorHandler handler(ListenerViews views) {
        return new FindCoordinatorHandler(topic, metadata, views);
    }
}
