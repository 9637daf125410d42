package dev.ahti.api.virtual;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.CloseConnection;
import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.RefusedSequences;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.Test;

class ByLeaderTest {
    private static final MemoryRecords PLAIN =
            MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("v".getBytes(UTF_8)));
    private static final MemoryRecords IDEMPOTENT = idempotent(0);
    private static final MemoryRecords NEXT = idempotent(1);

    private final ThreeBrokers cluster = new ThreeBrokers();
    private final Uuid topic = cluster.topic("t", 6);
    private final ByLeader<ProduceRequestData, ProduceResponseData> produce = new ByLeader<>(
            ApiKeys.PRODUCE, new ProduceSplit(RefusedSequences.none()), cluster.brokers(), cluster.timer());
    private final ByLeader<ListOffsetsRequestData, ListOffsetsResponseData> listOffsets =
            new ByLeader<>(ApiKeys.LIST_OFFSETS, new ListOffsetsSplit(), cluster.brokers(), cluster.timer());

    @Test
    void eachLeaderIsAskedForItsOwnAndTheAnswersComeInTheOrderOfTheRequest() {
        for (int version : List.of(12, 13)) {
            CompletableFuture<ProduceResponseData> answer = produce(version, -1, PLAIN, 0, 1, 2, 3, 4, 5);
            for (int broker : List.of(3, 1, 2)) {
                ThreeBrokers.Asked asked = cluster.of(broker);
                ProduceRequestData part = asked.request();
                assertThat(part.acks()).isEqualTo((short) -1);
                assertThat(part.timeoutMs()).isEqualTo(30_000);
                assertThat(indexes(part)).containsExactly(broker - 1, broker + 2);
                assertThat(part.topicData().iterator().next().partitionData())
                        .allSatisfy(each ->
                                assertThat(each.records()).as("not copied").isSameAs(PLAIN));
                asked.answer().complete(produced(part, version, Errors.NONE));
            }

            TopicProduceResponse merged = now(answer).responses().iterator().next();
            assertThat(version == 13 ? merged.topicId() : merged.name()).isEqualTo(version == 13 ? topic : "t");
            assertThat(merged.partitionResponses())
                    .extracting(each -> each.index() + " at " + each.baseOffset())
                    .containsExactly("0 at 100", "1 at 101", "2 at 102", "3 at 103", "4 at 104", "5 at 105");
        }
    }

    @Test
    void aLeaderIsToldInWhichEpochItIsExpectedToLead() {
        produce(13, -1, PLAIN, 1, 4);

        assertThat(cluster.of(2).part().leaders())
                .containsExactly(
                        new ExpectedLeader(new PartitionId(topic, 1), 4),
                        new ExpectedLeader(new PartitionId(topic, 4), 4));
    }

    @Test
    void aPartitionThatIsNotKnownIsForTheBrokerThatWasAsked() {
        produce(13, -1, PLAIN, 9);

        assertThat(indexes(cluster.of(1).request())).containsExactly(9);
    }

    @Test
    void hintsAtOtherBrokersAreLeftOut() {
        CompletableFuture<ProduceResponseData> answer = produce(12, -1, PLAIN, 1);
        ThreeBrokers.Asked asked = cluster.of(2);
        ProduceResponseData refused = produced(asked.request(), 12, Errors.NOT_LEADER_OR_FOLLOWER);
        refused.nodeEndpoints()
                .add(new NodeEndpoint().setNodeId(3).setHost("real").setPort(1));
        asked.answer().complete(refused);

        assertThat(now(answer).nodeEndpoints()).isEmpty();
        assertThat(places(answer))
                .extracting(PartitionProduceResponse::currentLeader)
                .containsExactly(new LeaderIdAndEpoch());
    }

    @Test
    void aBatchWhoseFateIsUnknownIsNotSentAgain() {
        for (MemoryRecords records : List.of(PLAIN, IDEMPOTENT)) {
            CompletableFuture<ProduceResponseData> answer = produce(13, -1, records, 1);
            cluster.of(2).answer().completeExceptionally(new OutcomeUnknown("the connection is closed"));

            assertThat(errors(answer)).containsExactly(Errors.REQUEST_TIMED_OUT);
            assertThat(cluster.tasks()).isZero();
        }
    }

    @Test
    void whatFollowsABatchThatWasGivenBackWaitsForItAlsoAtTheNextLeader() {
        for (int version : List.of(12, 13)) {
            cluster.lead(topic, 1, 2, 5);
            CompletableFuture<ProduceResponseData> first = produce(version, -1, IDEMPOTENT, 1);
            cluster.of(2).answer().completeExceptionally(new NothingDone("no connection"));
            assertThat(errors(first)).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
            cluster.lead(topic, 1, 3, 6);

            assertThat(errors(produce(version, -1, NEXT, 1))).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
            produce(version, -1, IDEMPOTENT, 1);
            ThreeBrokers.Asked again = cluster.of(3);
            assertThat(again.part().leaders()).containsExactly(new ExpectedLeader(new PartitionId(topic, 1), 6));
            again.answer().complete(produced(again.request(), version, Errors.NONE));
            CompletableFuture<ProduceResponseData> next = produce(version, -1, NEXT, 1);
            cluster.of(3).answer().complete(produced(again.request(), version, Errors.NONE));
            assertThat(errors(next)).containsExactly(Errors.NONE);
        }
    }

    @Test
    void aLeaderThatDoesNotLeadYetRemembersWhatItGaveBack() {
        cluster.lead(topic, 0, 2, 5);
        Part early = new Part(
                Exchange.context(ApiKeys.PRODUCE, 13, FakeMetadata.LISTENER),
                request(13, -1, IDEMPOTENT, 0),
                List.of(new ExpectedLeader(new PartitionId(topic, 0), 6)),
                Long.MAX_VALUE);
        AllBrokers brokers = cluster.brokers();

        assertThat(brokers.ask(1, early).toCompletableFuture()).isCompletedExceptionally();

        assertThat(brokers.refused().holdBack(topic, "t", 0, NEXT)).isTrue();
    }

    @Test
    void aBatchThatWasNotSentIsGivenBackSoThatItDoesNotOvertake() {
        CompletableFuture<ProduceResponseData> answer = produce(13, -1, PLAIN, 1, 2);
        cluster.of(2).answer().completeExceptionally(new NothingDone("no connection"));
        cluster.of(3).answer().complete(produced(cluster.of(3).request(), 13, Errors.NONE));

        assertThat(errors(answer)).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER, Errors.NONE);
        assertThat(cluster.tasks()).isZero();
    }

    @Test
    void aPartitionWithoutALeaderIsRefusedWhenPatienceIsAtItsEnd() {
        cluster.metadata.apply(new SetPartitionLeader(new PartitionId(topic, 1), PartitionImage.NO_LEADER, 5));
        RequestContext old = new RequestContext(
                ApiKeys.LIST_OFFSETS,
                (short) 8,
                1,
                "c",
                FakeMetadata.LISTENER,
                InetSocketAddress.createUnresolved("client", 1),
                KafkaPrincipal.ANONYMOUS,
                System.nanoTime() - TimeUnit.SECONDS.toNanos(3));
        CompletableFuture<ListOffsetsResponseData> answer = join(listOffsets.handle(old, offsetsRequest(1)));

        assertThat(now(answer).topics().get(0).partitions().get(0).errorCode())
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(errors(produce(13, -1, IDEMPOTENT, 1))).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void withoutAcksThereIsNoResponseAndARefusalClosesTheConnection() {
        CompletableFuture<ProduceResponseData> good = produce(13, 0, PLAIN, 0, 1);
        cluster.of(1).answer().complete(null);
        assertThat(good).isNotDone();
        cluster.of(2).answer().complete(null);
        assertThat(good).isCompletedWithValue(null);

        CompletableFuture<ProduceResponseData> refused = produce(13, 0, PLAIN, 0, 1);
        cluster.of(1).answer().complete(null);
        cluster.of(2).answer().completeExceptionally(new CloseConnection("refused there"));
        assertThat(refused).isCompletedExceptionally();

        CompletableFuture<ProduceResponseData> unsent = produce(13, 0, PLAIN, 1);
        cluster.of(2).answer().completeExceptionally(new NothingDone("no connection"));
        assertThat(unsent).isCompletedExceptionally();
    }

    @Test
    void whatOnlyReadsIsAskedAgainAlsoWhenAConnectionBreaks() {
        CompletableFuture<ListOffsetsResponseData> answer = listOffsets(0, 1, 2);
        cluster.of(1).answer().complete(offsets(cluster.of(1).request()));
        cluster.of(3).answer().complete(offsets(cluster.of(3).request()));
        cluster.of(2).answer().completeExceptionally(new OutcomeUnknown("the connection is closed"));
        cluster.lead(topic, 1, 1, 5);
        cluster.runNextTask();
        cluster.of(1).answer().complete(offsets(cluster.of(1).request()));

        assertThat(now(answer).topics().get(0).partitions())
                .extracting(ListOffsetsPartitionResponse::offset)
                .containsExactly(100L, 101L, 102L);
    }

    @Test
    void aPartitionThatIsNamedTwiceIsAnsweredTwice() {
        CompletableFuture<ListOffsetsResponseData> answer = listOffsets(1, 0, 1);
        cluster.of(1).answer().complete(offsets(cluster.of(1).request()));
        cluster.of(2).answer().complete(offsets(cluster.of(2).request()));

        assertThat(now(answer).topics().get(0).partitions())
                .extracting(ListOffsetsPartitionResponse::partitionIndex)
                .containsExactly(1, 0, 1);
    }

    @Test
    void epochsAreAskedOfTheLeaders() {
        var handler = new ByLeader<>(
                ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochSplit(), cluster.brokers(), cluster.timer());
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic("t")
                        .setPartitions(IntStream.of(2, 1)
                                .mapToObj(each -> new OffsetForLeaderPartition().setPartition(each))
                                .toList()));
        CompletableFuture<OffsetForLeaderEpochResponseData> answer =
                join(handler.handle(Exchange.context(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, "L"), request));
        for (int broker : List.of(2, 3)) {
            OffsetForLeaderEpochResponseData part = new OffsetForLeaderEpochResponseData();
            part.topics()
                    .add(new OffsetForLeaderTopicResult()
                            .setTopic("t")
                            .setPartitions(List.of(new EpochEndOffset()
                                    .setPartition(broker - 1)
                                    .setEndOffset(broker))));
            cluster.of(broker).answer().complete(part);
        }

        assertThat(now(answer).topics().find("t").partitions())
                .extracting(EpochEndOffset::endOffset)
                .containsExactly(3L, 2L);
    }

    @Test
    void recordsAreDeletedAtTheLeadersOnce() {
        var handler =
                new ByLeader<>(ApiKeys.DELETE_RECORDS, new DeleteRecordsSplit(), cluster.brokers(), cluster.timer());
        DeleteRecordsRequestData request = new DeleteRecordsRequestData()
                .setTimeoutMs(10_000)
                .setTopics(List.of(new DeleteRecordsTopic()
                        .setName("t")
                        .setPartitions(IntStream.of(2, 1)
                                .mapToObj(each -> new DeleteRecordsPartition().setPartitionIndex(each))
                                .toList())));
        CompletableFuture<DeleteRecordsResponseData> answer =
                join(handler.handle(Exchange.context(ApiKeys.DELETE_RECORDS, 2, "L"), request));
        DeleteRecordsResponseData part = new DeleteRecordsResponseData();
        DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName("t");
        result.partitions()
                .add(new DeleteRecordsPartitionResult().setPartitionIndex(2).setLowWatermark(9));
        part.topics().add(result);
        cluster.of(3).answer().complete(part);
        cluster.of(2).answer().completeExceptionally(new OutcomeUnknown("no answer in time"));

        var places = now(answer).topics().find("t").partitions();
        assertThat(places.find(2).lowWatermark()).isEqualTo(9);
        assertThat(places.find(1).errorCode()).isEqualTo(Errors.REQUEST_TIMED_OUT.code());
        assertThat(cluster.tasks()).isZero();
    }

    private static MemoryRecords idempotent(int sequence) {
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE, 7, (short) 0, sequence, new SimpleRecord("v".getBytes(UTF_8)));
    }

    private CompletableFuture<ProduceResponseData> produce(
            int version, int acks, MemoryRecords records, int... partitions) {
        return join(produce.handle(
                Exchange.context(ApiKeys.PRODUCE, version, FakeMetadata.LISTENER),
                request(version, acks, records, partitions)));
    }

    private ProduceRequestData request(int version, int acks, MemoryRecords records, int... partitions) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) acks).setTimeoutMs(30_000);
        TopicProduceData data = new TopicProduceData();
        request.topicData().add(version >= 13 ? data.setTopicId(topic) : data.setName("t"));
        for (int partition : partitions) {
            data.partitionData()
                    .add(new PartitionProduceData().setIndex(partition).setRecords(records));
        }
        return request;
    }

    private CompletableFuture<ListOffsetsResponseData> listOffsets(int... partitions) {
        return join(listOffsets.handle(
                Exchange.context(ApiKeys.LIST_OFFSETS, 8, FakeMetadata.LISTENER), offsetsRequest(partitions)));
    }

    private static ListOffsetsRequestData offsetsRequest(int... partitions) {
        ListOffsetsTopic asked = new ListOffsetsTopic().setName("t");
        for (int partition : partitions) {
            asked.partitions().add(new ListOffsetsPartition().setPartitionIndex(partition));
        }
        return new ListOffsetsRequestData().setTopics(List.of(asked));
    }

    private static ListOffsetsResponseData offsets(ListOffsetsRequestData part) {
        ListOffsetsTopicResponse topic = new ListOffsetsTopicResponse().setName("t");
        part.topics().get(0).partitions().forEach(each -> topic.partitions()
                .add(new ListOffsetsPartitionResponse()
                        .setPartitionIndex(each.partitionIndex())
                        .setOffset(100 + each.partitionIndex())));
        return new ListOffsetsResponseData().setTopics(List.of(topic));
    }

    private static ProduceResponseData produced(ProduceRequestData part, int version, Errors error) {
        ProduceResponseData response = new ProduceResponseData();
        for (TopicProduceData data : part.topicData()) {
            TopicProduceResponse topic = new TopicProduceResponse();
            response.responses().add(version >= 13 ? topic.setTopicId(data.topicId()) : topic.setName(data.name()));
            data.partitionData().forEach(each -> topic.partitionResponses()
                    .add(new PartitionProduceResponse()
                            .setIndex(each.index())
                            .setErrorCode(error.code())
                            .setCurrentLeader(
                                    new LeaderIdAndEpoch().setLeaderId(3).setLeaderEpoch(9))
                            .setBaseOffset(100 + each.index())));
        }
        return response;
    }

    private static List<Integer> indexes(ProduceRequestData part) {
        return part.topicData().stream()
                .flatMap(each -> each.partitionData().stream())
                .map(PartitionProduceData::index)
                .toList();
    }

    private static List<PartitionProduceResponse> places(CompletableFuture<ProduceResponseData> answer) {
        return now(answer).responses().stream()
                .flatMap(each -> each.partitionResponses().stream())
                .toList();
    }

    private static List<Errors> errors(CompletableFuture<ProduceResponseData> answer) {
        return places(answer).stream()
                .map(each -> Errors.forCode(each.errorCode()))
                .toList();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <R extends ApiMessage> CompletableFuture<R> join(CompletionStage<? extends ApiMessage> stage) {
        return (CompletableFuture<R>) stage.toCompletableFuture();
    }

    /** Nothing here takes time: what is not there now never comes. */
    private static <R> R now(CompletableFuture<R> answer) {
        assertThat(answer).isDone();
        return answer.join();
    }
}
