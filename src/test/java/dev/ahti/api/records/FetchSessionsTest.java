package dev.ahti.api.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchSessionsTest {
    private static final Uuid TOPIC = new Uuid(1, 1);
    private static final short BY_NAME = 12;
    private static final short BY_ID = 13;

    private long nowMs = 1_000_000;
    private final FetchSessions sessions = new FetchSessions(2, () -> nowMs);

    @Test
    void epochMinusOneFetchesOutsideAnySession() {
        assertThat(begin(BY_ID, -1, 0, 1)).isZero();
        assertThat(sessions.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(shorts = {BY_NAME, BY_ID})
    void aSessionKeepsItsPartitionsAndTakesChanges(short version) {
        int id = begin(version, 0, 0, 1);

        FetchContext changed = sessions.open(request(version, id, 1, at(1, 50), at(2, 7)), version);
        assertThat(changed.partitions())
                .extracting(PartitionFetch::partition, PartitionFetch::offset)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0, 0L),
                        org.assertj.core.groups.Tuple.tuple(1, 50L),
                        org.assertj.core.groups.Tuple.tuple(2, 7L));
        FetchContext forgot =
                sessions.open(request(version, id, 2).setForgottenTopicsData(forget(version, 0, 2)), version);
        assertThat(forgot.partitions()).extracting(PartitionFetch::partition).containsExactly(1);
    }

    @Test
    void anEpochOutOfTurnIsRefusedAndTheSessionGoesOnWithTheOneThatIsDue() {
        int id = begin(BY_ID, 0, 0);

        assertThat(error(request(BY_ID, id, 2), BY_ID)).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        assertThat(error(request(BY_ID, id, 1), BY_ID)).isEqualTo(Errors.NONE);
        assertThat(error(request(BY_ID, id, 1), BY_ID)).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        assertThat(error(request(BY_ID, id, 2), BY_ID)).isEqualTo(Errors.NONE);
    }

    @Test
    void aSessionByIdIsNotOneByName() {
        int byId = begin(BY_ID, 0, 0);
        int byName = begin(BY_NAME, 0, 0);

        assertThat(error(request(BY_NAME, byId, 1), BY_NAME)).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
        assertThat(error(request(BY_ID, byName, 1), BY_ID)).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }

    @Test
    void epochZeroWithAnIdReplacesTheSessionAndMinusOneEndsIt() {
        int id = begin(BY_ID, 0, 0);
        FetchContext again = sessions.open(request(BY_ID, id, 0, at(0, 0)), BY_ID);
        int next = answer(again, quiet(0)).sessionId();

        assertThat(next).isPositive().isNotEqualTo(id);
        assertThat(sessions.size()).isOne();
        assertThat(error(request(BY_ID, id, 1), BY_ID)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        sessions.open(request(BY_ID, next, -1), BY_ID);
        assertThat(sessions.size()).isZero();
    }

    @Test
    void aSessionThatForgotAllItsPartitionsIsGone() {
        int id = begin(BY_ID, 0, 0);

        FetchContext empty = sessions.open(request(BY_ID, id, 1).setForgottenTopicsData(forget(BY_ID, 0)), BY_ID);

        assertThat(answer(empty).sessionId()).isZero();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void aSessionMayBeginWithoutPartitions() {
        int id = begin(BY_ID, 0);

        assertThat(id).isPositive();
        assertThat(sessions.open(request(BY_ID, id, 1, at(0, 0)), BY_ID).partitions())
                .hasSize(1);
    }

    @Test
    void onlyNewsIsAnswered() {
        int id = begin(BY_ID, 0, 0, 1, 2, 3);

        assertThat(told(id, 1, quiet(0), quiet(1), quiet(2), quiet(3))).isEmpty();
        assertThat(told(id, 2, quiet(0).setHighWatermark(11), quiet(1).setLogStartOffset(1), quiet(2), quiet(3)))
                .containsExactly(0, 1);
        assertThat(told(id, 3, quiet(0).setHighWatermark(11), quiet(1).setLogStartOffset(1), quiet(2), quiet(3)))
                .isEmpty();
    }

    @Test
    void anErrorIsRepeatedAndItsEndIsTold() {
        int id = begin(BY_ID, 0, 0, 1);
        PartitionData failed = FetchAnswers.failed(0, Errors.NOT_LEADER_OR_FOLLOWER);

        assertThat(told(id, 1, failed, quiet(1))).containsExactly(0);
        assertThat(told(id, 2, failed, quiet(1))).containsExactly(0);
        assertThat(told(id, 3, quiet(0), quiet(1))).containsExactly(0);
        assertThat(told(id, 4, quiet(0), quiet(1))).isEmpty();
    }

    @Test
    void partitionsThatHadRecordsGoToTheEnd() {
        int id = begin(BY_ID, 0, 0, 1, 2);
        PartitionData full = quiet(0).setRecords(RecordsFixture.batch(1));

        assertThat(told(id, 1, full, quiet(1), quiet(2))).containsExactly(0);

        assertThat(sessions.open(request(BY_ID, id, 2), BY_ID).partitions())
                .extracting(PartitionFetch::partition)
                .containsExactly(1, 2, 0);
    }

    @Test
    void aRequestOvertakenByTheNextIsRefused() {
        int id = begin(BY_ID, 0, 0);
        FetchContext overtaken = sessions.open(request(BY_ID, id, 1), BY_ID);
        FetchContext next = sessions.open(request(BY_ID, id, 2), BY_ID);

        assertThat(answer(overtaken, quiet(0)).errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        assertThat(answer(next, quiet(0)).errorCode()).isZero();
    }

    @Test
    void aFullCacheRefusesFreshSessionsOfTheSameSize() {
        begin(BY_ID, 0, 0);
        begin(BY_ID, 0, 0);

        assertThat(begin(BY_ID, 0, 0, 1, 2))
                .as("both are younger than two minutes")
                .isZero();
    }

    @Test
    void anIdleSessionMakesRoom() {
        int idle = begin(BY_ID, 0, 0, 1, 2);
        int used = begin(BY_ID, 0, 0, 1, 2);
        nowMs += FetchSessions.EVICTION_MS;
        sessions.open(request(BY_ID, used, 1), BY_ID);
        nowMs += 1;

        assertThat(begin(BY_ID, 0, 0)).isPositive();
        assertThat(error(request(BY_ID, idle, 1), BY_ID)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(error(request(BY_ID, used, 2), BY_ID)).isEqualTo(Errors.NONE);
    }

    @Test
    void aSmallerSessionMakesRoomOnceItIsTwoMinutesOld() {
        int small = begin(BY_ID, 0, 0);
        int large = begin(BY_ID, 0, 0, 1);
        nowMs += FetchSessions.EVICTION_MS;
        sessions.open(request(BY_ID, small, 1), BY_ID);
        sessions.open(request(BY_ID, large, 1), BY_ID);
        nowMs += 1;

        assertThat(begin(BY_ID, 0, 0)).as("no larger than the smallest").isZero();
        assertThat(begin(BY_ID, 0, 0, 1)).isPositive();
        assertThat(error(request(BY_ID, small, 2), BY_ID)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(error(request(BY_ID, large, 2), BY_ID)).isEqualTo(Errors.NONE);
    }

    @Test
    void epochsWrapAroundToOne() {
        assertThat(FetchSession.nextEpoch(0)).isEqualTo(1);
        assertThat(FetchSession.nextEpoch(Integer.MAX_VALUE)).isEqualTo(1);
    }

    private int begin(short version, int epoch, int... partitions) {
        FetchPartition[] fetches =
                Arrays.stream(partitions).mapToObj(p -> at(p, 0)).toArray(FetchPartition[]::new);
        PartitionData[] results =
                Arrays.stream(partitions).mapToObj(FetchSessionsTest::quiet).toArray(PartitionData[]::new);
        return answer(sessions.open(request(version, 0, epoch, fetches), version), results)
                .sessionId();
    }

    private List<Integer> told(int id, int epoch, PartitionData... results) {
        FetchResponseData response = answer(sessions.open(request(BY_ID, id, epoch), BY_ID), results);
        assertThat(response.sessionId()).isEqualTo(id);
        List<Integer> partitions = new ArrayList<>();
        for (FetchableTopicResponse topic : response.responses()) {
            topic.partitions().forEach(partition -> partitions.add(partition.partitionIndex()));
        }
        return partitions;
    }

    private Errors error(FetchRequestData request, short version) {
        FetchContext context = sessions.open(request, version);
        return context instanceof FetchContext.Failed failed ? failed.error() : Errors.NONE;
    }

    private static FetchResponseData answer(FetchContext context, PartitionData... results) {
        assertThat(context.partitions()).hasSameSizeAs(results);
        return context.answer(results);
    }

    private static PartitionData quiet(int partition) {
        return new PartitionData()
                .setPartitionIndex(partition)
                .setHighWatermark(10)
                .setLogStartOffset(0)
                .setRecords(MemoryRecords.EMPTY);
    }

    private static FetchPartition at(int partition, long offset) {
        return new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(100);
    }

    private static List<ForgottenTopic> forget(short version, Integer... partitions) {
        ForgottenTopic topic = new ForgottenTopic().setPartitions(List.of(partitions));
        return List.of(version >= BY_ID ? topic.setTopicId(TOPIC) : topic.setTopic("t"));
    }

    private static FetchRequestData request(short version, int id, int epoch, FetchPartition... partitions) {
        FetchTopic topic = new FetchTopic().setPartitions(List.of(partitions));
        if (version >= BY_ID) {
            topic.setTopicId(TOPIC);
        } else {
            topic.setTopic("t");
        }
        return new FetchRequestData()
                .setSessionId(id)
                .setSessionEpoch(epoch)
                .setTopics(partitions.length == 0 ? List.of() : List.of(topic));
    }
}
