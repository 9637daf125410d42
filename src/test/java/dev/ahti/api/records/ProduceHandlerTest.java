package dev.ahti.api.records;

import static dev.ahti.api.records.RecordsFixture.TOPIC;
import static dev.ahti.api.records.RecordsFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.api.CloseConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProduceHandlerTest {
    private final RecordsFixture fixture = new RecordsFixture(2);
    private final ProduceHandler handler = new ProduceHandler(fixture.routing);

    @AfterEach
    void close() {
        fixture.close();
    }

    static IntStream versions() {
        return ApiKeys.PRODUCE.allVersions().stream().mapToInt(Short::intValue);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyVersionAppendsAndAnswersWithTheBaseOffset(int version) {
        produce(version, -1, partition(0, batch(3)));

        PartitionProduceResponse answer = produce(version, -1, partition(0, batch(2)));

        assertThat(answer.errorCode()).isZero();
        assertThat(answer.baseOffset()).isEqualTo(3);
        assertThat(answer.logAppendTimeMs()).isEqualTo(-1);
        assertThat(answer.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aPartitionLedElsewhereIsRefusedWithItsLeaderFromVersion10On(int version) {
        ProduceResponseData response = ask(version, request(version, -1, partition(2, batch(1))));

        PartitionProduceResponse answer = only(response);
        assertThat(answer.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(answer.baseOffset()).isEqualTo(-1);
        if (version >= 10) {
            assertThat(answer.currentLeader().leaderId()).isEqualTo(2);
            assertThat(answer.currentLeader().leaderEpoch()).isEqualTo(5);
            assertThat(response.nodeEndpoints().find(2).host()).isEqualTo("host2");
            assertThat(response.nodeEndpoints().find(2).port()).isEqualTo(9002);
            assertThat(response.nodeEndpoints().find(2).rack()).isEqualTo("rack2");
        } else {
            assertThat(answer.currentLeader().leaderId()).isEqualTo(-1);
            assertThat(response.nodeEndpoints()).isEmpty();
        }
    }

    @Test
    void anAppendThatFoundTheReplicaNoLongerLeadingNamesTheNewLeader() {
        fixture.replica(0).appendError = Errors.NOT_LEADER_OR_FOLLOWER;
        fixture.changeLeader(0, 2, 6);

        PartitionProduceResponse answer = produce(13, 1, partition(0, batch(1)));

        assertThat(answer.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(answer.currentLeader().leaderId()).isEqualTo(2);
        assertThat(answer.currentLeader().leaderEpoch()).isEqualTo(6);
    }

    @Test
    void whatThisBrokerLeadsIsWaitedForWhileItsLogOpens() {
        InMemoryReplica opening = fixture.notOpen(0);
        CompletableFuture<ProduceResponseData> answer =
                RecordsFixture.send(handler, request(9, -1, partition(0, batch(2)), partition(1, batch(1))), 9);
        assertThat(answer).isNotDone();

        fixture.opened(opening);

        assertThat(RecordsFixture.await(answer).responses().iterator().next().partitionResponses())
                .extracting(PartitionProduceResponse::errorCode)
                .containsOnly(Errors.NONE.code());
        assertThat(opening.leadership().highWatermark()).isEqualTo(2);
        assertThat(fixture.isAwaited(0)).isFalse();
    }

    @Test
    void aLogThatCannotBeOpenedIsNotWaitedForAnyLonger() {
        fixture.notOpen(0);
        CompletableFuture<ProduceResponseData> answer =
                RecordsFixture.send(handler, request(9, -1, partition(0, batch(1))), 9);

        fixture.cannotOpen(0);

        assertThat(only(answer.join()).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @Test
    void nobodyWaitsLongerForALogThanTheRequestAllows() {
        fixture.notOpen(0);
        long from = System.nanoTime();

        ProduceRequestData request = request(9, -1, partition(0, batch(1))).setTimeoutMs(50);

        assertThat(only(ask(9, request)).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
        Awaitility.await().until(() -> !fixture.isAwaited(0));
    }

    @Test
    void acksAllWaitsForTheHighWatermarkWhileOthersOfTheRequestAreDone() {
        fixture.replica(0).holdHighWatermark();
        CompletableFuture<ProduceResponseData> answer =
                RecordsFixture.send(handler, request(9, -1, partition(0, batch(1)), partition(1, batch(1))), 9);
        assertThat(answer).isNotDone();

        fixture.replica(0)
                .lastAppend
                .accept(new dev.ahti.replica.LocalReplica.AppendResult(
                        Errors.REQUEST_TIMED_OUT, "late", -1, -1, -1, List.of()));

        List<PartitionProduceResponse> partitions =
                RecordsFixture.await(answer).responses().iterator().next().partitionResponses();
        assertThat(partitions)
                .extracting(PartitionProduceResponse::errorCode)
                .containsExactly(Errors.REQUEST_TIMED_OUT.code(), Errors.NONE.code());
        assertThat(partitions.get(0).errorMessage()).isEqualTo("late");
    }

    @Test
    void acksZeroHasNoResponse() {
        assertThat(ask(13, request(13, 0, partition(0, batch(1))))).isNull();
        assertThat(fixture.replica(0).leadership().highWatermark()).isEqualTo(1);
    }

    @Test
    void acksZeroThatWasRefusedClosesTheConnection() {
        CompletableFuture<ProduceResponseData> answer =
                RecordsFixture.send(handler, request(13, 0, partition(0, batch(1)), partition(2, batch(1))), 13);

        assertThatThrownBy(answer::join)
                .hasCauseInstanceOf(CloseConnection.class)
                .hasMessageContaining("t-2")
                .hasMessageContaining("NOT_LEADER_OR_FOLLOWER");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, -2, 100})
    void otherAcksAreRefused(int acks) {
        assertThat(produce(13, acks, partition(0, batch(1))).errorCode())
                .isEqualTo(Errors.INVALID_REQUIRED_ACKS.code());
        assertThat(fixture.replica(0).lastRecords).isNull();
    }

    @Test
    void unknownTopicsAndPartitionsAreRetriable() {
        assertThat(produce(12, -1, partition(7, batch(1))).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(produce(12, -1, partition(-1, batch(1))).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        ProduceRequestData byName = request(12, -1, partition(0, batch(1)));
        byName.topicData().iterator().next().setName("nope");
        assertThat(only(ask(12, byName)).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        ProduceRequestData byId = request(13, -1, partition(0, batch(1)));
        byId.topicData().iterator().next().setTopicId(new Uuid(7, 7));
        assertThat(only(ask(13, byId)).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    }

    @Test
    void whatIsNotKnownYetIsRememberedSoThatNothingOvertakesIt() {
        MemoryRecords next = idempotent(1);
        for (int version : List.of(12, 13)) {
            Uuid early = new Uuid(7, version);
            ProduceRequestData request = request(version, -1, partition(0, idempotent(0)));
            TopicProduceData data = request.topicData().iterator().next();
            if (version == 13) {
                data.setTopicId(early);
            } else {
                data.setName("early");
            }
            ask(version, request);

            assertThat(fixture.refused.holdBack(early, "early", 0, next)).isTrue();
            assertThat(fixture.refused.holdBack(early, "early", 0, idempotent(0)))
                    .isFalse();
        }
        produce(13, -1, partition(2, idempotent(0)));
        assertThat(fixture.refused.holdBack(RecordsFixture.TOPIC, "t", 2, next)).isTrue();
    }

    private static MemoryRecords idempotent(int sequence) {
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE, 7, (short) 0, sequence, new SimpleRecord(new byte[1]));
    }

    @Test
    void internalTopicsAreRefused() {
        ProduceRequestData request = request(12, -1, partition(0, batch(1)));
        request.topicData().iterator().next().setName("__consumer_offsets");

        assertThat(only(ask(12, request)).errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
    }

    @Test
    void transactionsAreRefused() {
        assertThat(only(ask(13, request(13, -1, partition(0, batch(1))).setTransactionalId("tx")))
                        .errorCode())
                .isEqualTo(Errors.INVALID_TXN_STATE.code());
        MemoryRecords transactional = MemoryRecords.withTransactionalRecords(
                Compression.NONE,
                1L,
                (short) 0,
                0,
                new SimpleRecord("v".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        PartitionProduceResponse answer = produce(13, -1, partition(0, transactional));
        assertThat(answer.errorCode()).isEqualTo(Errors.INVALID_TXN_STATE.code());
        assertThat(answer.errorMessage()).contains("transactions");
    }

    @Test
    void recordsMustBeExactlyOneWholeBatchOfMagic2() {
        ByteBuffer whole = batch(2).buffer();
        ByteBuffer twice = ByteBuffer.allocate(whole.remaining() * 2)
                .put(whole.duplicate())
                .put(whole.duplicate())
                .flip();
        ByteBuffer oldMagic =
                ByteBuffer.allocate(whole.remaining()).put(whole.duplicate()).flip();
        oldMagic.put(16, (byte) 1);
        ByteBuffer noMagic =
                ByteBuffer.allocate(whole.remaining()).put(whole.duplicate()).flip();
        noMagic.put(16, (byte) 9);
        ByteBuffer negative =
                ByteBuffer.allocate(whole.remaining()).put(whole.duplicate()).flip();
        negative.putInt(8, -5);
        ByteBuffer headless =
                ByteBuffer.allocate(40).put(whole.duplicate().limit(40)).flip();
        headless.putInt(8, 28);

        assertThat(codeFor(null)).isEqualTo(Errors.INVALID_RECORD.code());
        assertThat(codeFor(ByteBuffer.allocate(0))).isEqualTo(Errors.INVALID_RECORD.code());
        assertThat(codeFor(whole.duplicate().limit(17).slice())).isEqualTo(Errors.INVALID_RECORD.code());
        assertThat(codeFor(whole.duplicate().limit(whole.limit() - 1).slice())).isEqualTo(Errors.INVALID_RECORD.code());
        assertThat(codeFor(twice)).isEqualTo(Errors.INVALID_RECORD.code());
        assertThat(codeFor(oldMagic)).isEqualTo(Errors.INVALID_RECORD.code());
        assertThat(codeFor(noMagic)).isEqualTo(Errors.CORRUPT_MESSAGE.code());
        assertThat(codeFor(negative)).isEqualTo(Errors.CORRUPT_MESSAGE.code());
        assertThat(codeFor(headless)).isEqualTo(Errors.CORRUPT_MESSAGE.code());
        assertThat(fixture.replica(0).lastRecords).isNull();
    }

    @Test
    void zstdIsForVersion7AndLater() {
        MemoryRecords zstd = MemoryRecords.withRecords(
                Compression.zstd().build(), new SimpleRecord("v".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertThat(produce(6, -1, partition(0, zstd)).errorCode())
                .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE.code());
        assertThat(produce(7, -1, partition(0, zstd)).errorCode()).isZero();
    }

    @Test
    void recordErrorsReachTheClientFromVersion8On() {
        fixture.replica(0).appendError = Errors.INVALID_RECORD;
        assertThat(produce(8, -1, partition(0, batch(1))).errorMessage()).isEqualTo("refused");
        assertThat(produce(7, -1, partition(0, batch(1))).errorMessage()).isNull();
    }

    @Test
    void aRequestWithoutPartitionsIsAnsweredAndAPartitionNamedTwiceTwice() {
        assertThat(ask(13, request(13, -1)).responses().iterator().next().partitionResponses())
                .isEmpty();
        assertThat(ask(13, new ProduceRequestData().setAcks((short) -1)).responses())
                .isEmpty();
        assertThat(ask(13, request(13, -1, partition(0, batch(1)), partition(0, batch(1))))
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses())
                .extracting(PartitionProduceResponse::baseOffset)
                .containsExactly(0L, 1L);
    }

    @Test
    void recordsAreAppendedInPlaceInTheRequestsBuffer() {
        produce(13, 1, partition(0, batch(4)));
        ByteBuffer frame = batch(1).buffer();
        ProduceRequestData request = request(13, 1, partition(0, MemoryRecords.readableRecords(frame)));

        handler.handle(RecordsFixture.context(ApiKeys.PRODUCE, 13), request);

        assertThat(frame.getLong(0)).as("base offset in the frame").isEqualTo(4);
    }

    private short codeFor(ByteBuffer records) {
        return produce(13, -1, partition(0, records == null ? null : MemoryRecords.readableRecords(records)))
                .errorCode();
    }

    private PartitionProduceResponse produce(int version, int acks, PartitionProduceData partition) {
        return only(ask(version, request(version, acks, partition)));
    }

    private ProduceResponseData ask(int version, ProduceRequestData request) {
        return RecordsFixture.ask(handler, request, version);
    }

    private static PartitionProduceResponse only(ProduceResponseData response) {
        assertThat(response.responses()).hasSize(1);
        List<PartitionProduceResponse> partitions =
                response.responses().iterator().next().partitionResponses();
        assertThat(partitions).hasSize(1);
        return partitions.get(0);
    }

    private static PartitionProduceData partition(int index, MemoryRecords records) {
        return new PartitionProduceData().setIndex(index).setRecords(records);
    }

    private static ProduceRequestData request(int version, int acks, PartitionProduceData... partitions) {
        TopicProduceData topic = new TopicProduceData().setPartitionData(List.of(partitions));
        if (version >= 13) {
            topic.setTopicId(TOPIC);
        } else {
            topic.setName("t");
        }
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) acks).setTimeoutMs(1000);
        request.topicData().add(topic);
        return request;
    }
}
