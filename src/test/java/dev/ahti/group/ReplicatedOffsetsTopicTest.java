package dev.ahti.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.FakeMetadata;
import dev.ahti.metadata.MetadataClient.NewTopic;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.junit.jupiter.api.Test;

class ReplicatedOffsetsTopicTest {
    private final FakeMetadata metadata = new FakeMetadata();
    private final OffsetsTopic topic = new ReplicatedOffsetsTopic(
            metadata,
            new GroupSettings(
                    1, GroupCoordinatorConfig.fromProps(Map.of("offsets.topic.num.partitions", "7")), (short) 2));

    private CompletableFuture<Errors> ensureCreated() {
        return topic.ensureCreated().toCompletableFuture();
    }

    @Test
    void shouldNotBeCreatedBeforeItsReplicasHaveBrokers() {
        metadata.broker(1, "PLAINTEXT");

        assertThat(ensureCreated()).isCompletedWithValue(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(metadata.commands).isEmpty();
    }

    @Test
    void shouldBeCreatedOnceWithKafkasConfigs() {
        metadata.broker(1, "PLAINTEXT").broker(2, "PLAINTEXT");

        assertThat(ensureCreated()).isCompletedWithValue(Errors.NONE);
        assertThat(ensureCreated()).isCompletedWithValue(Errors.NONE);

        assertThat(metadata.commands)
                .containsExactly(new NewTopic(
                        "__consumer_offsets",
                        7,
                        (short) 2,
                        Map.of(),
                        Map.of(
                                "cleanup.policy", "compact",
                                "compression.type", "producer",
                                "segment.bytes", "104857600")));
    }

    @Test
    void whereItCannotBeCreatedClientsTryAgain() {
        metadata.broker(1, "PLAINTEXT").broker(2, "PLAINTEXT");
        metadata.creating = name -> Errors.REQUEST_TIMED_OUT;

        assertThat(ensureCreated()).isCompletedWithValue(Errors.COORDINATOR_NOT_AVAILABLE);

        metadata.creating = name -> Errors.NONE;
        assertThat(ensureCreated()).isCompletedWithValue(Errors.NONE);
    }

    @Test
    void aGroupsSlotIsOneOfThePartitionsThatTheTopicReallyHas() {
        assertThat(topic.partitionFor("group")).isEqualTo(3);

        metadata.broker(1, "PLAINTEXT").topic("__consumer_offsets", 3, 1);

        assertThat(topic.partitionFor("group")).isEqualTo(2);
    }

    @Test
    void theCoordinatorIsWhereTheSlotIsLed() {
        assertThat(topic.leaderOf(0)).isEmpty();

        metadata.broker(4, "PLAINTEXT").topic("__consumer_offsets", 1, 4);

        assertThat(topic.leaderOf(0)).isEqualTo(OptionalInt.of(4));
        assertThat(topic.leaderOf(1)).isEmpty();
    }
}
