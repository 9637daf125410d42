package dev.ahti.api.records;

import static dev.ahti.api.records.RecordsFixture.TOPIC;
import static dev.ahti.api.records.RecordsFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FetchHandlerTest {
    private static final int LATEST = ApiKeys.FETCH.latestVersion();
    /** Beyond what the tests wait for an answer: one that comes by time-out alone fails them. */
    private static final int LONG_WAIT_MS = 30_000;

    private final RecordsFixture fixture = new RecordsFixture(3);
    private final FetchHandler handler = fixture.fetchHandler();

    @AfterEach
    void close() {
        fixture.close();
    }

    static IntStream versions() {
        return ApiKeys.FETCH.allVersions().stream().mapToInt(Short::intValue);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyVersionReadsRecordsByNameOrId(int version) {
        append(0, 3);

        PartitionData data = only(ask(version, request(version, partition(0, 0))));

        assertThat(data.errorCode()).isZero();
        assertThat(data.highWatermark()).isEqualTo(3);
        assertThat(data.lastStableOffset()).isEqualTo(3);
        assertThat(data.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
        assertThat(data.preferredReadReplica()).isEqualTo(-1);
        assertThat(data.abortedTransactions()).isNull();
        assertThat(data.records().sizeInBytes()).isEqualTo(batch(3).sizeInBytes());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aPartitionLedElsewhereIsRefusedWithItsLeaderFromVersion16On(int version) {
        FetchResponseData response = ask(version, request(version, partition(3, 0)));

        PartitionData data = only(response);
        assertThat(data.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(data.highWatermark()).isEqualTo(-1);
        if (version >= 16) {
            assertThat(data.currentLeader().leaderId()).isEqualTo(2);
            assertThat(data.currentLeader().leaderEpoch()).isEqualTo(5);
            assertThat(response.nodeEndpoints().find(2).port()).isEqualTo(9002);
        } else {
            assertThat(data.currentLeader().leaderId()).isEqualTo(-1);
            assertThat(response.nodeEndpoints()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void unknownTopicsAreRefused(int version) {
        FetchRequestData request = request(version, partition(0, 0));
        request.topics().get(0).setTopic("nope").setTopicId(new Uuid(7, 7));

        assertThat(only(ask(version, request)).errorCode())
                .isEqualTo((version >= 13 ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION).code());
        assertThat(only(ask(version, request(version, partition(9, 0)))).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void leaderEpochsAreFenced() {
        assertThat(only(ask(LATEST, request(LATEST, partition(0, 0).setCurrentLeaderEpoch(4)))))
                .satisfies(data -> {
                    assertThat(data.errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
                    assertThat(data.currentLeader().leaderEpoch()).isEqualTo(5);
                });
        assertThat(only(ask(LATEST, request(LATEST, partition(0, 0).setCurrentLeaderEpoch(6))))
                        .errorCode())
                .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
    }

    @Test
    void anErrorIsAnsweredAtOnceBesideWaitingPartitions() {
        FetchResponseData response =
                ask(LATEST, request(LATEST, partition(0, 0), partition(1, 99)).setMaxWaitMs(LONG_WAIT_MS));

        assertThat(response.responses().get(0).partitions())
                .extracting(PartitionData::errorCode)
                .containsExactly(Errors.NONE.code(), Errors.OFFSET_OUT_OF_RANGE.code());
    }

    @Test
    void aDivergingLogIsToldAtOnce() {
        fixture.replica(0).diverging = new EpochEndOffset().setEpoch(3).setEndOffset(7);

        PartitionData data = only(ask(LATEST, request(LATEST, partition(0, 0)).setMaxWaitMs(LONG_WAIT_MS)));

        assertThat(data.divergingEpoch().epoch()).isEqualTo(3);
        assertThat(data.divergingEpoch().endOffset()).isEqualTo(7);
    }

    @Test
    void aDiskThatFailsIsToldAsStorageErrorOrToOldClientsAsNotLeader() {
        fixture.replica(0).readFailure = new KafkaStorageException("gone");
        assertThat(only(ask(6, request(6, partition(0, 0)))).errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
        assertThat(only(ask(5, request(5, partition(0, 0)))).errorCode())
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void replicasAreRefusedLikeThoseThatAreNotAssigned(int version) {
        append(0, 1);
        FetchRequestData request = request(version, partition(0, 0));
        if (version >= 15) {
            request.setReplicaState(new ReplicaState().setReplicaId(2));
        } else {
            request.setReplicaId(2);
        }

        PartitionData data = only(ask(version, request));

        assertThat(data.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(data.records().sizeInBytes()).isZero();
    }

    @Test
    void theFirstBatchComesWholeAndTheRestWithinTheLimits() {
        int size = batch(1).sizeInBytes();
        append(0, 1);
        append(0, 1);
        append(1, 1);

        assertThat(sizes(request(LATEST, partition(0, 0), partition(1, 0)).setMaxBytes(1)))
                .containsExactly(size, 0);
        assertThat(sizes(request(LATEST, partition(0, 0).setPartitionMaxBytes(1), partition(1, 0))))
                .containsExactly(size, size);
        assertThat(sizes(request(LATEST, partition(0, 0), partition(1, 0)).setMaxBytes(2 * size)))
                .containsExactly(2 * size, 0);
        assertThat(sizes(request(LATEST, partition(0, 0), partition(1, 0).setPartitionMaxBytes(1))))
                .containsExactly(2 * size, 0);
        assertThat(sizes(request(LATEST, partition(2, 0), partition(1, 0).setPartitionMaxBytes(1))))
                .containsExactly(0, size);
    }

    @Test
    void readCommittedStopsAtTheLastStableOffsetAndNamesAbortedTransactions() {
        append(0, 1);
        append(0, 1);
        fixture.replica(0).limitStableOffset(1);
        fixture.replica(0).aborted =
                List.of(new AbortedTransaction().setProducerId(4).setFirstOffset(0));

        PartitionData data = only(ask(LATEST, request(LATEST, partition(0, 0)).setIsolationLevel((byte) 1)));

        assertThat(data.records().sizeInBytes()).isEqualTo(batch(1).sizeInBytes());
        assertThat(data.lastStableOffset()).isEqualTo(1);
        assertThat(data.abortedTransactions())
                .extracting(AbortedTransaction::producerId)
                .containsExactly(4L);
    }

    @Test
    void aFetchWithoutRecordsWaitsUntilSomeArrive() {
        CompletableFuture<FetchResponseData> answer =
                send(LATEST, request(LATEST, partition(0, 0), partition(1, 0)).setMaxWaitMs(LONG_WAIT_MS));
        assertThat(answer).isNotDone();

        append(1, 1);

        assertThat(RecordsFixture.await(answer).responses().get(0).partitions())
                .extracting(data -> data.records().sizeInBytes())
                .containsExactly(0, batch(1).sizeInBytes());
        assertThat(fixture.replica(0).waits()).as("the other wait is cancelled").isZero();
        assertThat(fixture.replica(0).reads)
                .as("partitions without news are not read again")
                .hasValue(1);
    }

    @Test
    void aFetchWaitsForItsMinimalBytes() {
        int size = batch(1).sizeInBytes();
        CompletableFuture<FetchResponseData> answer = send(
                LATEST, request(LATEST, partition(0, 0)).setMinBytes(2 * size).setMaxWaitMs(LONG_WAIT_MS));
        append(0, 1);
        await().until(() ->
                fixture.replica(0).waits() == 1 && fixture.replica(0).reads.get() == 2);
        assertThat(answer).isNotDone();

        append(0, 1);

        assertThat(only(RecordsFixture.await(answer)).records().sizeInBytes()).isEqualTo(2 * size);
    }

    @Test
    void minimalBytesBeyondTheMaximumAreCappedByIt() {
        append(0, 3);

        assertThat(only(ask(
                                LATEST,
                                request(LATEST, partition(0, 0))
                                        .setMinBytes(1 << 30)
                                        .setMaxBytes(50)
                                        .setMaxWaitMs(LONG_WAIT_MS)))
                        .records()
                        .sizeInBytes())
                .isEqualTo(batch(3).sizeInBytes());
    }

    @Test
    void whenTimeIsUpTheAnswerCarriesWhatThereIs() {
        append(0, 1);

        PartitionData data = only(
                ask(LATEST, request(LATEST, partition(0, 0)).setMinBytes(5000).setMaxWaitMs(50)));

        assertThat(data.records().sizeInBytes()).isEqualTo(batch(1).sizeInBytes());
        assertThat(fixture.replica(0).waits()).isZero();
    }

    @Test
    void aChangeOfLeaderEndsTheWait() {
        CompletableFuture<FetchResponseData> answer =
                send(LATEST, request(LATEST, partition(0, 0)).setMaxWaitMs(LONG_WAIT_MS));
        fixture.changeLeader(0, 2, 6);
        fixture.replica(0).resign(2);

        PartitionData data = only(RecordsFixture.await(answer));
        assertThat(data.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(data.currentLeader().leaderId()).isEqualTo(2);
    }

    @Test
    void aChangeOfLeaderBetweenReadAndWaitIsNotMissed() {
        fixture.replica(0).beforeWait = () -> {
            fixture.replica(0).beforeWait = null;
            fixture.replica(0).resign(2);
        };

        assertThat(only(ask(LATEST, request(LATEST, partition(0, 0)).setMaxWaitMs(LONG_WAIT_MS)))
                        .errorCode())
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @Test
    void recordsBetweenReadAndWaitAreNotMissed() {
        fixture.replica(0).beforeWait = () -> {
            fixture.replica(0).beforeWait = null;
            append(0, 1);
        };

        assertThat(only(ask(LATEST, request(LATEST, partition(0, 0)).setMaxWaitMs(LONG_WAIT_MS)))
                        .records()
                        .sizeInBytes())
                .isPositive();
    }

    @Test
    void readCommittedBehindAnOpenTransactionWaitsWithoutSpinning() {
        append(0, 1);
        fixture.replica(0).limitStableOffset(0);

        PartitionData data = only(ask(
                LATEST,
                request(LATEST, partition(0, 0)).setIsolationLevel((byte) 1).setMaxWaitMs(100)));

        assertThat(data.records().sizeInBytes()).isZero();
        assertThat(fixture.replica(0).reads.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void aCancelledFetchLeavesNoWaitBehind() {
        CompletableFuture<FetchResponseData> answer = handler.handle(
                        RecordsFixture.context(ApiKeys.FETCH, LATEST),
                        request(LATEST, partition(0, 0)).setMaxWaitMs(LONG_WAIT_MS))
                .toCompletableFuture();
        assertThat(fixture.replica(0).waits()).isOne();

        answer.cancel(false);

        await().until(() -> fixture.replica(0).waits() == 0);
    }

    @Test
    void aSessionAnswersOnlyWhatChanged() {
        append(0, 1);
        FetchResponseData first =
                ask(LATEST, request(LATEST, partition(0, 0), partition(1, 0)).setSessionEpoch(0));
        assertThat(first.sessionId()).isPositive();
        assertThat(first.responses().get(0).partitions()).hasSize(2);

        FetchRequestData next =
                request(LATEST, partition(0, 1)).setSessionId(first.sessionId()).setSessionEpoch(1);
        FetchResponseData second = ask(LATEST, next.setMaxWaitMs(1));
        assertThat(second.sessionId()).isEqualTo(first.sessionId());
        assertThat(second.responses()).isEmpty();

        append(1, 1);
        FetchResponseData third = ask(
                LATEST,
                new FetchRequestData()
                        .setSessionId(first.sessionId())
                        .setSessionEpoch(2)
                        .setMinBytes(1)
                        .setMaxBytes(1000));
        assertThat(only(third).partitionIndex()).isEqualTo(1);
    }

    @Test
    void anUnknownSessionIsRefusedAtTheTop() {
        FetchResponseData response =
                ask(LATEST, request(LATEST, partition(0, 0)).setSessionId(77).setSessionEpoch(3));
        assertThat(response.errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(response.sessionId()).isZero();
        assertThat(response.responses()).isEmpty();
    }

    @Test
    void aFetchOfNothingIsAnsweredAtOnce() {
        assertThat(ask(LATEST, request(LATEST).setMaxWaitMs(LONG_WAIT_MS)).responses())
                .isEmpty();
    }

    private void append(int partition, int count) {
        fixture.replica(partition).append(batch(count), (short) 1, 0, result -> {});
    }

    private List<Integer> sizes(FetchRequestData request) {
        return ask(LATEST, request).responses().get(0).partitions().stream()
                .map(data -> data.records().sizeInBytes())
                .toList();
    }

    private FetchResponseData ask(int version, FetchRequestData request) {
        return RecordsFixture.ask(handler, request, version);
    }

    private CompletableFuture<FetchResponseData> send(int version, FetchRequestData request) {
        return RecordsFixture.send(handler, request, version);
    }

    private static PartitionData only(FetchResponseData response) {
        assertThat(response.errorCode()).isZero();
        assertThat(response.responses()).hasSize(1);
        assertThat(response.responses().get(0).partitions()).hasSize(1);
        return response.responses().get(0).partitions().get(0);
    }

    private static FetchPartition partition(int index, long offset) {
        return new FetchPartition().setPartition(index).setFetchOffset(offset).setPartitionMaxBytes(1 << 20);
    }

    private static FetchRequestData request(int version, FetchPartition... partitions) {
        FetchTopic topic = new FetchTopic().setPartitions(List.of(partitions));
        if (version >= 13) {
            topic.setTopicId(TOPIC);
        } else {
            topic.setTopic("t");
        }
        return new FetchRequestData()
                .setTopics(partitions.length == 0 ? List.of() : List.of(topic))
                .setMinBytes(1)
                .setMaxBytes(1 << 20);
    }
}
