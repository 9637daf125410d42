package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metrics.MetadataMetrics;
import dev.ahti.model.PartitionId;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeadershipCountsTest {
    private final MetadataMetrics ones = new MetadataMetrics();
    private final MetadataMetrics twos = new MetadataMetrics();
    private final LeadershipCounts one = new LeadershipCounts(1, ones);
    private final LeadershipCounts two = new LeadershipCounts(2, twos);
    private final PartitionId partition = new PartitionId(Uuid.randomUuid(), 0);
    private ClusterImage image = ClusterImage.empty();

    /** Led by 1, with 2 and 3 in sync. */
    @BeforeEach
    void create() {
        see(new CreateTopic(partition.topicId(), "t"));
        see(new AssignPartition(partition, List.of(1, 2, 3)));
        see(new SetPartitionLeader(partition, 1, 0));
        see(isr(1, 2, 3));
    }

    private UpdateISR isr(int... brokers) {
        return new UpdateISR(
                partition,
                IntStream.of(brokers)
                        .mapToObj(broker -> new IsrMember(broker, Uuid.ONE_UUID))
                        .toList(),
                List.of());
    }

    private void see(MetadataEvent event) {
        ClusterImage before = image;
        image = event.applyTo(image);
        one.count(before, event, image);
        two.count(before, event, image);
    }

    @Test
    void aNewPartitionIsNeitherAnElectionNorAnExpansion() {
        assertThat(ones.elections.sum()).isZero();
        assertThat(ones.isrExpands.sum()).isZero();
        assertThat(ones.isrShrinks.sum()).isZero();
    }

    @Test
    void theLeaderAloneCountsWhoLeavesAndJoins() {
        see(isr(1, 2));
        see(isr(1));
        see(isr(1, 2));

        assertThat(ones.isrShrinks.sum()).isEqualTo(2);
        assertThat(ones.isrExpands.sum()).isEqualTo(1);
        assertThat(twos.isrShrinks.sum()).isZero();
        assertThat(twos.isrExpands.sum()).isZero();
    }

    @Test
    void theNewLeaderAloneCountsItsElection() {
        see(new SetPartitionLeader(partition, 2, 1));
        see(isr(2, 3));

        assertThat(twos.elections.sum()).isEqualTo(1);
        assertThat(twos.isrShrinks.sum()).isEqualTo(1);
        assertThat(ones.elections.sum()).isZero();
        assertThat(ones.isrShrinks.sum()).isZero();
    }

    @Test
    void aLeaderThatComesBackAfterThereWasNoneIsAnElection() {
        see(new SetPartitionLeader(partition, PartitionImage.NO_LEADER, 1));
        see(new SetPartitionLeader(partition, 1, 2));

        assertThat(ones.elections.sum()).isEqualTo(1);
    }
}
