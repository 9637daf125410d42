package dev.ahti.api.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.api.groups.FakeOffsetsTopic;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.model.PartitionId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Groups g0, g1, g2 have slots that brokers 1, 2 and 3 lead. */
class GroupsByCoordinatorTest {
    private final ThreeBrokers cluster = new ThreeBrokers();
    private final Uuid slots = cluster.topic(OffsetsTopic.NAME, 3);
    private final List<ApiHandler<?>> handlers = new GroupsByCoordinator(
                    new FakeOffsetsTopic(cluster.metadata)::partitionFor, cluster.brokers(), cluster.timer())
            .handlers();

    @Test
    void aGroupIsAskedOfTheBrokerThatIsExpectedToLeadItsSlot() {
        CompletableFuture<HeartbeatResponseData> answer = heartbeat("g1");

        assertThat(cluster.of(2).part().leaders()).containsExactly(new ExpectedLeader(new PartitionId(slots, 1), 4));
        cluster.of(2).answer().complete(new HeartbeatResponseData().setErrorCode(Errors.REBALANCE_IN_PROGRESS.code()));

        assertThat(Errors.forCode(now(answer).errorCode())).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void aHeartbeatThatNobodyTookGoesToTheNewCoordinator() {
        CompletableFuture<HeartbeatResponseData> answer = heartbeat("g1");
        cluster.of(2).answer().completeExceptionally(new NothingDone("dead"));
        cluster.lead(slots, 1, 3, 5);
        cluster.runNextTask();

        cluster.of(3).answer().complete(new HeartbeatResponseData());

        assertThat(now(answer).errorCode()).isZero();
    }

    @Test
    void aJoinWhoseFateIsUnknownIsForTheClientToRepeat() {
        CompletableFuture<JoinGroupResponseData> answer =
                ask(ApiKeys.JOIN_GROUP, new JoinGroupRequestData().setGroupId("g1"));
        cluster.of(2).answer().completeExceptionally(new OutcomeUnknown("the connection is closed"));

        assertThat(Errors.forCode(now(answer).errorCode())).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(cluster.tasks()).isZero();
    }

    @Test
    void aMemberWaitsForTheOthersAsLongAsTheGroupGivesThem() {
        ask(ApiKeys.JOIN_GROUP, new JoinGroupRequestData().setGroupId("g1").setRebalanceTimeoutMs(300_000));

        long limit = cluster.of(2).part().deadlineNanos() - System.nanoTime();
        assertThat(limit).isGreaterThan(300_000_000_000L);
    }

    @Test
    void aCommitIsNotHeldBackSinceALaterOneMightOvertakeIt() {
        CompletableFuture<OffsetCommitResponseData> answer = ask(
                ApiKeys.OFFSET_COMMIT,
                new OffsetCommitRequestData()
                        .setGroupId("g1")
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setTopicId(new Uuid(1, 1))
                                .setPartitions(List.of(new OffsetCommitRequestPartition())))));
        cluster.of(2).answer().completeExceptionally(new NothingDone("does not lead"));

        assertThat(Errors.forCode(
                        now(answer).topics().get(0).partitions().get(0).errorCode()))
                .isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(cluster.tasks()).isZero();
    }

    @Test
    void groupsOfSeveralBrokersAreDescribedTogether() {
        CompletableFuture<DescribeGroupsResponseData> answer = ask(
                ApiKeys.DESCRIBE_GROUPS,
                new DescribeGroupsRequestData()
                        .setGroups(List.of("g0", "g1", "g2", "x1"))
                        .setIncludeAuthorizedOperations(true));
        for (int broker : List.of(3, 1, 2)) {
            DescribeGroupsRequestData part = cluster.of(broker).request();
            assertThat(part.includeAuthorizedOperations()).isTrue();
            cluster.of(broker)
                    .answer()
                    .complete(new DescribeGroupsResponseData()
                            .setGroups(part.groups().stream()
                                    .map(each -> new DescribeGroupsResponseData.DescribedGroup()
                                            .setGroupId(each)
                                            .setGroupState("at " + broker))
                                    .toList()));
        }

        assertThat(now(answer).groups())
                .extracting(each -> each.groupId() + " " + each.groupState())
                .containsExactlyInAnyOrder("g0 at 1", "g1 at 2", "g2 at 3", "x1 at 2");
    }

    @Test
    void groupsOfTheNewProtocolTooAndAnErrorStaysWithItsGroups() {
        CompletableFuture<ConsumerGroupDescribeResponseData> answer = ask(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                new ConsumerGroupDescribeRequestData().setGroupIds(List.of("g0", "g1")));
        cluster.of(1)
                .answer()
                .complete(new ConsumerGroupDescribeResponseData()
                        .setGroups(List.of(new ConsumerGroupDescribeResponseData.DescribedGroup().setGroupId("g0"))));
        cluster.of(2).answer().completeExceptionally(new IllegalStateException("a bug"));

        assertThat(now(answer).groups())
                .extracting(each -> each.groupId() + " " + Errors.forCode(each.errorCode()))
                .containsExactlyInAnyOrder("g0 NONE", "g1 UNKNOWN_SERVER_ERROR");
    }

    @Test
    void groupsAreDeletedWhereTheyAre() {
        CompletableFuture<DeleteGroupsResponseData> answer =
                ask(ApiKeys.DELETE_GROUPS, new DeleteGroupsRequestData().setGroupsNames(List.of("g0", "g2")));
        for (int broker : List.of(1, 3)) {
            DeleteGroupsRequestData part = cluster.of(broker).request();
            DeleteGroupsResponseData done = new DeleteGroupsResponseData();
            part.groupsNames().forEach(each -> done.results().add(new DeletableGroupResult().setGroupId(each)));
            cluster.of(broker).answer().complete(done);
        }

        assertThat(now(answer).results())
                .extracting(DeletableGroupResult::groupId)
                .containsExactlyInAnyOrder("g0", "g2");
    }

    @Test
    void offsetsOfSeveralGroupsAreFetchedWhereTheyAreAndThoseOfOneInOldVersions() {
        CompletableFuture<OffsetFetchResponseData> answer = ask(
                ApiKeys.OFFSET_FETCH,
                new OffsetFetchRequestData()
                        .setRequireStable(true)
                        .setGroups(Stream.of("g0", "g1")
                                .map(each -> new OffsetFetchRequestGroup()
                                        .setGroupId(each)
                                        .setTopics(null))
                                .toList()));
        for (int broker : List.of(1, 2)) {
            OffsetFetchRequestData part = cluster.of(broker).request();
            assertThat(part.requireStable()).isTrue();
            cluster.of(broker)
                    .answer()
                    .complete(new OffsetFetchResponseData()
                            .setGroups(part.groups().stream()
                                    .map(each -> new OffsetFetchResponseGroup().setGroupId(each.groupId()))
                                    .toList()));
        }
        assertThat(now(answer).groups())
                .extracting(OffsetFetchResponseGroup::groupId)
                .containsExactlyInAnyOrder("g0", "g1");

        ask(
                ApiKeys.OFFSET_FETCH,
                7,
                new OffsetFetchRequestData().setGroupId("g2").setTopics(null));
        assertThat(cluster.of(3).<OffsetFetchRequestData>request().groupId()).isEqualTo("g2");
    }

    @Test
    void theGroupsOfAllBrokersAreListedEachOnce() {
        CompletableFuture<ListGroupsResponseData> answer = ask(ApiKeys.LIST_GROUPS, new ListGroupsRequestData());
        cluster.of(1).answer().complete(listed("a", "b"));
        cluster.of(2).answer().complete(listed("b", "c"));
        cluster.of(3).answer().complete(listed());

        assertThat(now(answer).groups()).extracting(ListedGroup::groupId).containsExactly("a", "b", "c");
    }

    @Test
    void aPartOfTheGroupsIsNotShownAsAllOfThem() {
        for (boolean answers : List.of(true, false)) {
            CompletableFuture<ListGroupsResponseData> answer = ask(ApiKeys.LIST_GROUPS, new ListGroupsRequestData());
            cluster.of(1).answer().complete(listed("a"));
            cluster.of(2).answer().complete(listed());
            if (answers) {
                cluster.of(3).answer().complete(listed().setErrorCode(Errors.COORDINATOR_LOAD_IN_PROGRESS.code()));
            } else {
                cluster.of(3).answer().completeExceptionally(new OutcomeUnknown("silent"));
            }

            assertThat(Errors.forCode(now(answer).errorCode()))
                    .isEqualTo(answers ? Errors.COORDINATOR_LOAD_IN_PROGRESS : Errors.COORDINATOR_NOT_AVAILABLE);
            assertThat(now(answer).groups()).isEmpty();
        }
    }

    private static ListGroupsResponseData listed(String... groups) {
        return new ListGroupsResponseData()
                .setGroups(Stream.of(groups)
                        .map(each -> new ListedGroup().setGroupId(each))
                        .toList());
    }

    private CompletableFuture<HeartbeatResponseData> heartbeat(String group) {
        return ask(ApiKeys.HEARTBEAT, new HeartbeatRequestData().setGroupId(group));
    }

    private <R extends ApiMessage> CompletableFuture<R> ask(ApiKeys api, ApiMessage request) {
        return ask(api, api.latestVersion(), request);
    }

    @SuppressWarnings("unchecked")
    private <R extends ApiMessage> CompletableFuture<R> ask(ApiKeys api, int version, ApiMessage request) {
        ApiHandler<ApiMessage> handler = (ApiHandler<ApiMessage>) handlers.stream()
                .filter(each -> each.apiKey() == api)
                .findFirst()
                .orElseThrow();
        return (CompletableFuture<R>) handler.handle(Exchange.context(api, version, FakeMetadata.LISTENER), request)
                .toCompletableFuture();
    }

    private static <R> R now(CompletableFuture<R> answer) {
        assertThat(answer).isDone();
        return answer.join();
    }
}
