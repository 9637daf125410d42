package dev.ahti.api.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OffsetForLeaderEpochHandlerTest {
    private final RecordsFixture fixture = new RecordsFixture(1);
    private final OffsetForLeaderEpochHandler handler =
            new OffsetForLeaderEpochHandler(fixture.routing, one -> (InMemoryReplica) one);

    @AfterEach
    void close() {
        fixture.close();
    }

    static IntStream versions() {
        return ApiKeys.OFFSET_FOR_LEADER_EPOCH.allVersions().stream().mapToInt(Short::intValue);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyVersionKnowsWhereAnEpochEnded(int version) {
        EpochEndOffset end = ask(version, 0, -1, 3);

        assertThat(end.errorCode()).isZero();
        assertThat(end.leaderEpoch()).isEqualTo(2);
        assertThat(end.endOffset()).isEqualTo(3);
    }

    @Test
    void anEpochThatIsNotYetKnownHasNoEnd() {
        EpochEndOffset end = ask(4, 0, 5, 9);

        assertThat(end.errorCode()).isZero();
        assertThat(end.leaderEpoch()).isEqualTo(-1);
        assertThat(end.endOffset()).isEqualTo(-1);
    }

    @Test
    void refusalsAreKafkas() {
        assertThat(ask(4, 0, 4, 2).errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
        assertThat(ask(4, 0, 6, 2).errorCode()).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        assertThat(ask(4, 1, -1, 2).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(ask(4, 2, -1, 2).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        fixture.replica(0).resign(2);
        assertThat(ask(4, 0, -1, 2).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    private EpochEndOffset ask(int version, int partition, int currentEpoch, int epoch) {
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic("t")
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setPartition(partition)
                                .setCurrentLeaderEpoch(currentEpoch)
                                .setLeaderEpoch(epoch))));
        OffsetForLeaderEpochResponseData response = RecordsFixture.ask(handler, request, version);
        return response.topics().find("t").partitions().get(0);
    }
}
