package dev.ahti.api.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.api.ListenerViews;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class GroupHandlersTest {
    private final FakeGroupCoordinator coordinator = new FakeGroupCoordinator();
    private final FakeMetadata metadata = new FakeMetadata().broker(1, FakeMetadata.LISTENER);
    private final List<ApiHandler<?>> handlers = GroupHandlers.create(
            coordinator.coordinator(),
            group -> CompletableFuture.completedFuture(null),
            new FakeOffsetsTopic(metadata),
            new SettlingGroups(Duration.ofMillis(700), Duration.ofSeconds(5), System::nanoTime),
            metadata,
            ListenerViews.direct(1));

    @Test
    void aMemberJoinsInEveryVersionWithProtocolsOfAnyType() {
        coordinator.answers("joinGroup", request -> new JoinGroupResponseData()
                .setMemberId("m")
                .setGenerationId(7)
                .setProtocolType("sr")
                .setProtocolName("v1")
                .setLeader("m"));

        Exchange.forEachVersion(ApiKeys.JOIN_GROUP, version -> {
            JoinGroupResponseData response = ask(ApiKeys.JOIN_GROUP, version, join(), JoinGroupResponseData.class);

            JoinGroupRequestData asked =
                    (JoinGroupRequestData) coordinator.last().what();
            assertThat(asked.protocolType()).isEqualTo("sr");
            assertThat(asked.rebalanceTimeoutMs())
                    .as("v0 has one time for both")
                    .isEqualTo(version == 0 ? 10_000 : 60_000);
            assertThat(coordinator.last().who().requestVersion()).isEqualTo(version);
            assertThat(response.memberId()).isEqualTo("m");
            assertThat(response.protocolName()).isEqualTo("v1");
        });
    }

    @Test
    void aMemberThatHasToComeBackWithItsIdHasNoProtocolYet() {
        coordinator.answers("joinGroup", request -> new JoinGroupResponseData()
                .setErrorCode(Errors.MEMBER_ID_REQUIRED.code())
                .setMemberId("m")
                .setProtocolName(null));

        Exchange.forEachVersion(ApiKeys.JOIN_GROUP, version -> assertThat(
                        ask(ApiKeys.JOIN_GROUP, version, join(), JoinGroupResponseData.class)
                                .protocolName())
                .isEqualTo(version < 7 ? "" : null));
    }

    private static JoinGroupRequestData join() {
        return new JoinGroupRequestData()
                .setGroupId("g")
                .setSessionTimeoutMs(10_000)
                .setRebalanceTimeoutMs(60_000)
                .setProtocolType("sr")
                .setProtocols(new JoinGroupRequestProtocolCollection(
                        List.of(new JoinGroupRequestProtocol().setName("v1").setMetadata(new byte[] {1}))
                                .iterator()));
    }

    @Test
    void anAssignmentIsSyncedInEveryVersion() {
        coordinator.answers("syncGroup", request -> new SyncGroupResponseData().setAssignment(new byte[] {4}));
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId("g")
                .setMemberId("m")
                .setGenerationId(1)
                .setProtocolType("consumer")
                .setProtocolName("range");

        Exchange.forEachVersion(ApiKeys.SYNC_GROUP, version -> assertThat(
                        ask(ApiKeys.SYNC_GROUP, version, request, SyncGroupResponseData.class)
                                .assignment())
                .containsExactly(4));
    }

    @Test
    void fromVersionFiveOnASyncNamesItsProtocol() {
        SyncGroupRequestData request =
                new SyncGroupRequestData().setGroupId("g").setMemberId("m").setProtocolType("consumer");

        SyncGroupResponseData response = ask(ApiKeys.SYNC_GROUP, 5, request, SyncGroupResponseData.class);

        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(coordinator.wasAsked()).isFalse();
    }

    @Test
    void heartbeatsReachTheCoordinatorInEveryVersion() {
        coordinator.answers(
                "heartbeat", request -> new HeartbeatResponseData().setErrorCode(Errors.REBALANCE_IN_PROGRESS.code()));
        HeartbeatRequestData request =
                new HeartbeatRequestData().setGroupId("g").setMemberId("m");

        Exchange.forEachVersion(ApiKeys.HEARTBEAT, version -> assertThat(
                        ask(ApiKeys.HEARTBEAT, version, request, HeartbeatResponseData.class)
                                .errorCode())
                .isEqualTo(Errors.REBALANCE_IN_PROGRESS.code()));
    }

    @Test
    void oneMemberLeavesUpToVersionTwoAndSeveralLater() {
        coordinator.answers("leaveGroup", request -> new LeaveGroupResponseData()
                .setMembers(
                        List.of(new MemberResponse().setMemberId("m").setErrorCode(Errors.UNKNOWN_MEMBER_ID.code()))));

        Exchange.forEachVersion(ApiKeys.LEAVE_GROUP, version -> {
            LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId("g");
            if (version < 3) {
                request.setMemberId("m");
            } else {
                request.setMembers(List.of(new MemberIdentity().setMemberId("m")));
            }

            LeaveGroupResponseData response = ask(ApiKeys.LEAVE_GROUP, version, request, LeaveGroupResponseData.class);

            LeaveGroupRequestData asked =
                    (LeaveGroupRequestData) coordinator.last().what();
            assertThat(asked.members()).extracting(MemberIdentity::memberId).containsExactly("m");
            short error = version < 3
                    ? response.errorCode()
                    : response.members().get(0).errorCode();
            assertThat(Errors.forCode(error)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        });
    }

    @Test
    void groupsAreListedInEveryVersionByStateAndType() {
        coordinator.answers("listGroups", request -> new ListGroupsResponseData()
                .setGroups(List.of(new ListedGroup()
                        .setGroupId("g")
                        .setProtocolType("consumer")
                        .setGroupState("Stable")
                        .setGroupType("classic"))));

        Exchange.forEachVersion(ApiKeys.LIST_GROUPS, version -> {
            ListGroupsRequestData request = new ListGroupsRequestData();
            if (version >= 4) {
                request.setStatesFilter(List.of("Stable"));
            }
            if (version >= 5) {
                request.setTypesFilter(List.of("classic"));
            }

            ListGroupsResponseData response = ask(ApiKeys.LIST_GROUPS, version, request, ListGroupsResponseData.class);

            assertThat(coordinator.last().what()).isEqualTo(request);
            assertThat(response.groups())
                    .extracting(ListedGroup::groupId, ListedGroup::groupState)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple("g", version >= 4 ? "Stable" : ""));
        });
    }

    @Test
    void groupsAreDescribedInEveryVersionWithOperationsForThoseWhoAsk() {
        coordinator.answers(
                "describeGroups",
                groups -> List.of(
                        new DescribeGroupsResponseData.DescribedGroup()
                                .setGroupId("g")
                                .setGroupState("Empty"),
                        new DescribeGroupsResponseData.DescribedGroup()
                                .setGroupId("gone")
                                .setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())));

        Exchange.forEachVersion(ApiKeys.DESCRIBE_GROUPS, version -> {
            DescribeGroupsResponseData response = ask(
                    ApiKeys.DESCRIBE_GROUPS,
                    version,
                    new DescribeGroupsRequestData()
                            .setGroups(List.of("g", "gone"))
                            .setIncludeAuthorizedOperations(version >= 3),
                    DescribeGroupsResponseData.class);

            assertThat(coordinator.last().what()).isEqualTo(List.of("g", "gone"));
            assertThat(response.groups().get(0).authorizedOperations())
                    .as("read, describe, delete and the two of configs")
                    .isEqualTo(version >= 3 ? 0b1101_0100_1000 : Integer.MIN_VALUE);
            assertThat(response.groups().get(1).authorizedOperations()).isEqualTo(Integer.MIN_VALUE);
        });
    }

    @Test
    void groupsOfTheNewProtocolAreDescribedInEveryVersion() {
        coordinator.answers(
                "consumerGroupDescribe",
                groups -> List.of(new ConsumerGroupDescribeResponseData.DescribedGroup().setGroupId("g")));

        Exchange.forEachVersion(ApiKeys.CONSUMER_GROUP_DESCRIBE, version -> {
            ConsumerGroupDescribeResponseData response = ask(
                    ApiKeys.CONSUMER_GROUP_DESCRIBE,
                    version,
                    new ConsumerGroupDescribeRequestData()
                            .setGroupIds(List.of("g"))
                            .setIncludeAuthorizedOperations(true),
                    ConsumerGroupDescribeResponseData.class);

            assertThat(response.groups().get(0).authorizedOperations()).isEqualTo(0b1101_0100_1000);
        });
    }

    @Test
    void aGroupThatIsNamedTwiceIsDeletedOnceInEveryVersion() {
        coordinator.answers(
                "deleteGroups",
                groups -> new DeletableGroupResultCollection(
                        List.of(new DeletableGroupResult().setGroupId("g")).iterator()));

        Exchange.forEachVersion(ApiKeys.DELETE_GROUPS, version -> {
            DeleteGroupsResponseData response = ask(
                    ApiKeys.DELETE_GROUPS,
                    version,
                    new DeleteGroupsRequestData().setGroupsNames(List.of("g", "g")),
                    DeleteGroupsResponseData.class);

            assertThat(coordinator.last().what()).isEqualTo(List.of("g"));
            assertThat(response.results()).hasSize(1);
        });
    }

    @Test
    void membersOfTheNewProtocolHeartbeatInEveryVersion() {
        coordinator.answers("consumerGroupHeartbeat", request -> new ConsumerGroupHeartbeatResponseData()
                .setMemberId("m")
                .setMemberEpoch(3)
                .setHeartbeatIntervalMs(5000));

        Exchange.forEachVersion(ApiKeys.CONSUMER_GROUP_HEARTBEAT, version -> {
            ConsumerGroupHeartbeatResponseData response = ask(
                    ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                    version,
                    new ConsumerGroupHeartbeatRequestData()
                            .setGroupId("g")
                            .setMemberId("m")
                            .setSubscribedTopicNames(List.of("t")),
                    ConsumerGroupHeartbeatResponseData.class);

            assertThat(coordinator.last().who().requestVersion()).isEqualTo(version);
            assertThat(response.memberEpoch()).isEqualTo(3);
            assertThat(response.heartbeatIntervalMs()).as("of whoever joins").isEqualTo(700);
        });
    }

    @Test
    void theCoordinatorLearnsWhoAsks() {
        coordinator.answers("heartbeat", request -> new HeartbeatResponseData());

        ask(ApiKeys.HEARTBEAT, 4, new HeartbeatRequestData().setGroupId("g"), HeartbeatResponseData.class);

        assertThat(coordinator.last().who().clientId()).isEqualTo("client");
        assertThat(coordinator.last().who().requestType()).isEqualTo(ApiKeys.HEARTBEAT.id);
        assertThat(coordinator.last().who().clientAddress()).isNotNull();
    }

    @Test
    void whatTheCoordinatorCannotDoIsToldWithItsError() {
        coordinator.fails("heartbeat", new CoordinatorLoadInProgressException("loads"));

        HeartbeatResponseData response =
                ask(ApiKeys.HEARTBEAT, 4, new HeartbeatRequestData().setGroupId("g"), HeartbeatResponseData.class);

        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    }

    @Test
    void aBrokerThatMayBeCutOffSendsThoseAwayWhoKnowAGroupAndHasTheOthersAskAgain() {
        coordinator.fails("heartbeat", new NotCoordinatorException("cut off"));
        coordinator.fails("listGroups", new NotCoordinatorException("cut off"));
        coordinator.fails("describeGroups", new NotCoordinatorException("cut off"));

        assertThat(Errors.forCode(ask(
                                ApiKeys.HEARTBEAT,
                                4,
                                new HeartbeatRequestData().setGroupId("g"),
                                HeartbeatResponseData.class)
                        .errorCode()))
                .isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(ask(
                                ApiKeys.DESCRIBE_GROUPS,
                                6,
                                new DescribeGroupsRequestData().setGroups(List.of("g")),
                                DescribeGroupsResponseData.class)
                        .groups())
                .extracting(each -> each.groupId() + " " + Errors.forCode(each.errorCode()))
                .containsExactly("g NOT_COORDINATOR");
        assertThat(Errors.forCode(ask(ApiKeys.LIST_GROUPS, 5, new ListGroupsRequestData(), ListGroupsResponseData.class)
                        .errorCode()))
                .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    }

    private <R extends ApiMessage> R ask(ApiKeys api, int version, ApiMessage request, Class<R> response) {
        ApiHandler<?> handler = handlers.stream()
                .filter(each -> each.apiKey() == api)
                .findFirst()
                .orElseThrow();
        return Exchange.ask(handler, version, request, response);
    }
}
