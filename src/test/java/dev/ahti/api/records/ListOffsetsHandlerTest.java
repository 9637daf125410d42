package dev.ahti.api.records;

import static dev.ahti.api.records.RecordsFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.log.TimestampOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ListOffsetsHandlerTest {
    private static final int LATEST = ApiKeys.LIST_OFFSETS.latestVersion();
    private static final long EARLIEST_TIME = -2;
    private static final long LATEST_TIME = -1;
    private static final long MAX_TIME = -3;

    private final RecordsFixture fixture = new RecordsFixture(1);
    private final InMemoryReplica replica = fixture.replica(0);
    private final AtomicInteger fileReads = new AtomicInteger();
    private final ListOffsetsHandler handler =
            new ListOffsetsHandler(fixture.routing, one -> (InMemoryReplica) one, task -> {
                fileReads.incrementAndGet();
                task.run();
            });

    @BeforeEach
    void append() {
        for (int i = 0; i < 5; i++) {
            replica.append(batch(1), (short) 1, 0, result -> {});
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    static IntStream versions() {
        return ApiKeys.LIST_OFFSETS.allVersions().stream().mapToInt(Short::intValue);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyVersionKnowsEarliestLatestAndTimes(int version) {
        replica.logStart = 1;
        replica.found = Optional.of(new TimestampOffset(1001, 2, 2));

        assertThat(ask(version, EARLIEST_TIME)).satisfies(is(-1, 1, version >= 4 ? 2 : -1));
        assertThat(ask(version, LATEST_TIME)).satisfies(is(-1, 5, version >= 4 ? 5 : -1));
        assertThat(fileReads).as("neither reads files").hasValue(0);
        assertThat(ask(version, 1001)).satisfies(is(1001, 2, version >= 4 ? 2 : -1));
        assertThat(fileReads).hasValue(1);
    }

    @Test
    void earliestHasTheEpochOfItsOwnRecord() {
        replica.logStart = 3;
        assertThat(ask(LATEST, EARLIEST_TIME)).satisfies(is(-1, 3, 5));
    }

    @ParameterizedTest
    @CsvSource({"-3, 7", "-4, 8", "-5, 9", "-6, 11"})
    void laterTimesAreForLaterVersions(long time, int first) {
        assertThat(ask(first, time).errorCode()).isZero();
        assertThat(ask(first - 1, time).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    }

    @Test
    void timesThatNoVersionKnowsAreRefused() {
        assertThat(ask(LATEST, -7).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    }

    @Test
    void withoutTieredStorageLocalIsEverythingAndTieredNothing() {
        replica.logStart = 3;
        assertThat(ask(LATEST, -4)).satisfies(is(-1, 3, 5));
        assertThat(ask(LATEST, -5)).satisfies(is(-1, -1, -1));
        assertThat(ask(LATEST, -6)).satisfies(is(-1, -1, -1));
    }

    @Test
    void aTimeAfterTheLastRecordFindsNothing() {
        assertThat(ask(LATEST, 5000)).satisfies(is(-1, -1, -1));
        replica.found = Optional.of(new TimestampOffset(5001, 5, 5));
        assertThat(ask(LATEST, 5000)).as("beyond the high watermark").satisfies(is(-1, -1, -1));
    }

    @Test
    void theLargestTimestampIsFound() {
        replica.found = Optional.of(new TimestampOffset(4000, 3, 5));
        assertThat(ask(LATEST, MAX_TIME)).satisfies(is(4000, 3, 5));
        assertThat(fileReads).hasValue(1);
    }

    @Test
    void readCommittedEndsAtTheLastStableOffset() {
        replica.limitStableOffset(2);
        replica.found = Optional.of(new TimestampOffset(4000, 3, 5));
        assertThat(ask(LATEST, request(partition(0, LATEST_TIME)).setIsolationLevel((byte) 1)))
                .satisfies(is(-1, 2, 5));
        assertThat(ask(LATEST, request(partition(0, 4000)).setIsolationLevel((byte) 1)))
                .satisfies(is(-1, -1, -1));
    }

    @Test
    void aNewLeaderBehindItsLogEndAtElectionDoesNotKnowTheLatestYet() {
        replica.startEpochAt(6);

        assertThat(ask(LATEST, LATEST_TIME).errorCode()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE.code());
        assertThat(ask(4, LATEST_TIME).errorCode()).isEqualTo(Errors.LEADER_NOT_AVAILABLE.code());
        assertThat(ask(LATEST, 5000).errorCode()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE.code());
        replica.found = Optional.of(new TimestampOffset(1001, 2, 2));
        assertThat(ask(LATEST, 1001)).as("below the high watermark").satisfies(is(1001, 2, 2));
        assertThat(ask(LATEST, EARLIEST_TIME).errorCode()).isZero();
    }

    @Test
    void refusalsAreKafkas() {
        assertThat(ask(LATEST, request(partition(1, LATEST_TIME))).errorCode())
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(ask(LATEST, request(partition(8, LATEST_TIME))).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(ask(LATEST, request(partition(0, LATEST_TIME).setCurrentLeaderEpoch(4)))
                        .errorCode())
                .isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
        assertThat(ask(LATEST, request(partition(0, LATEST_TIME).setCurrentLeaderEpoch(6)))
                        .errorCode())
                .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        replica.resign(2);
        assertThat(ask(LATEST, LATEST_TIME).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @Test
    void aPartitionNamedTwiceIsRefusedInBothPlaces() {
        ListOffsetsResponseData response =
                RecordsFixture.ask(handler, request(partition(0, LATEST_TIME), partition(0, EARLIEST_TIME)), LATEST);
        assertThat(response.topics().get(0).partitions())
                .extracting(ListOffsetsPartitionResponse::errorCode)
                .containsExactly(Errors.INVALID_REQUEST.code(), Errors.INVALID_REQUEST.code());
    }

    private static org.assertj.core.api.ThrowingConsumer<ListOffsetsPartitionResponse> is(
            long time, long offset, int epoch) {
        return answer -> {
            assertThat(answer.errorCode()).isZero();
            assertThat(List.of(answer.timestamp(), answer.offset(), (long) answer.leaderEpoch()))
                    .containsExactly(time, offset, (long) epoch);
        };
    }

    private ListOffsetsPartitionResponse ask(int version, long time) {
        return ask(version, request(partition(0, time)));
    }

    private ListOffsetsPartitionResponse ask(int version, ListOffsetsRequestData request) {
        ListOffsetsResponseData response = RecordsFixture.ask(handler, request, version);
        return response.topics().get(0).partitions().get(0);
    }

    private static ListOffsetsPartition partition(int index, long time) {
        return new ListOffsetsPartition().setPartitionIndex(index).setTimestamp(time);
    }

    private static ListOffsetsRequestData request(ListOffsetsPartition... partitions) {
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic().setName("t").setPartitions(List.of(partitions))));
    }
}
