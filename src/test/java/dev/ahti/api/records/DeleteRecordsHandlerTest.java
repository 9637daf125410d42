package dev.ahti.api.records;

import static dev.ahti.api.records.RecordsFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeleteRecordsHandlerTest {
    private final RecordsFixture fixture = new RecordsFixture(2);
    private final DeleteRecordsHandler handler = new DeleteRecordsHandler(fixture.routing, LogConfig::new);

    @BeforeEach
    void append() {
        fixture.replica(0).append(batch(5), (short) 1, 0, result -> {});
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    static IntStream versions() {
        return ApiKeys.DELETE_RECORDS.allVersions().stream().mapToInt(Short::intValue);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyVersionDeletesUpToAnOffsetOrToTheHighWatermark(int version) {
        assertThat(ask(version, "t", at(0, 3)).lowWatermark()).isEqualTo(3);
        assertThat(ask(version, "t", at(0, -1)).lowWatermark()).isEqualTo(5);
        assertThat(fixture.replica(0).logStart).isEqualTo(5);
    }

    @Test
    void refusalsAreKafkasAndDeleteNothing() {
        assertRefused("t", at(0, 6), Errors.OFFSET_OUT_OF_RANGE);
        assertRefused("t", at(0, -2), Errors.OFFSET_OUT_OF_RANGE);
        assertRefused("t", at(2, 1), Errors.NOT_LEADER_OR_FOLLOWER);
        assertRefused("t", at(9, 1), Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertRefused("nope", at(0, 1), Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertRefused("__consumer_offsets", at(0, 1), Errors.INVALID_TOPIC_EXCEPTION);
        fixture.image = fixture.image.withConfig(
                new ConfigResource(ConfigResource.Type.TOPIC, "t"), "cleanup.policy", "compact");
        assertRefused("t", at(0, 1), Errors.POLICY_VIOLATION);
        assertThat(fixture.replica(0).logStart).isZero();
    }

    @Test
    void severalPartitionsAreAnsweredTogetherEachForItself() {
        DeleteRecordsResponseData response = answer(2, "t", at(0, 2), at(1, 7), at(0, 4));

        assertThat(response.topics().find("t").partitions())
                .extracting(DeleteRecordsPartitionResult::lowWatermark)
                .containsExactly(2L, -1L, 4L);
    }

    private void assertRefused(String topic, DeleteRecordsPartition partition, Errors error) {
        DeleteRecordsPartitionResult result = ask(2, topic, partition);
        assertThat(result.errorCode()).isEqualTo(error.code());
        assertThat(result.lowWatermark()).isEqualTo(-1);
    }

    private DeleteRecordsPartitionResult ask(int version, String topic, DeleteRecordsPartition partition) {
        return answer(version, topic, partition)
                .topics()
                .find(topic)
                .partitions()
                .find(partition.partitionIndex());
    }

    private DeleteRecordsResponseData answer(int version, String topic, DeleteRecordsPartition... partitions) {
        return RecordsFixture.ask(
                handler,
                new DeleteRecordsRequestData()
                        .setTopics(
                                List.of(new DeleteRecordsTopic().setName(topic).setPartitions(List.of(partitions)))),
                version);
    }

    private static DeleteRecordsPartition at(int partition, long offset) {
        return new DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset);
    }
}
