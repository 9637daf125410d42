package dev.ahti.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.FakeMetadata;
import dev.ahti.group.KafkaImage.Change;
import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.DeleteTopic;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage.TopicMetadata;
import org.apache.kafka.coordinator.common.runtime.KRaftCoordinatorMetadataImage;
import org.junit.jupiter.api.Test;

class KafkaImageTest {
    private final FakeMetadata metadata =
            new FakeMetadata().broker(1, "PLAINTEXT").broker(2, "PLAINTEXT");
    private final KafkaImage kafkas = new KafkaImage();

    private Change show() {
        return kafkas.show(metadata.image()).orElseThrow();
    }

    private static TopicMetadata topic(Change change, String name) {
        return new KRaftCoordinatorMetadataImage(change.image())
                .topicMetadata(name)
                .orElseThrow();
    }

    @Test
    void aTopicHasItsIdPartitionsAndTheRacksOfItsReplicas() {
        Uuid id = metadata.topic("t", 2, 1, 2);

        Change change = show();

        assertThat(topic(change, "t").id()).isEqualTo(id);
        assertThat(topic(change, "t").partitionCount()).isEqualTo(2);
        assertThat(new ArrayList<>(topic(change, "t").partitionRacks(1))).containsExactlyInAnyOrder("rack1", "rack2");
        assertThat(change.delta().topicsDelta().createdTopicIds()).containsExactly(id);
        assertThat(change.image().offset()).isEqualTo(metadata.image().version());
    }

    @Test
    void morePartitionsAreAChangeOfTheirTopicAlone() {
        Uuid id = metadata.topic("t", 1, 1);
        metadata.topic("other", 1, 1);
        show();
        metadata.apply(new AssignPartition(new PartitionId(id, 1), List.of(2)));

        Change change = show();

        assertThat(change.delta().topicsDelta().changedTopics()).containsOnlyKeys(id);
        assertThat(topic(change, "t").partitionCount()).isEqualTo(2);
    }

    @Test
    void whoLeadsConcernsNoGroup() {
        Uuid id = metadata.topic("t", 1, 1, 2);
        show();
        metadata.apply(new SetPartitionLeader(new PartitionId(id, 0), 2, 9));

        assertThat(kafkas.show(metadata.image())).isEmpty();
    }

    @Test
    void aTopicThatIsDeletedAndCreatedAnewIsAnotherOne() {
        Uuid before = metadata.topic("t", 1, 1);
        show();
        metadata.apply(new DeleteTopic(before));
        Uuid after = metadata.topic("t", 3, 1);

        Change change = show();

        assertThat(change.delta().topicsDelta().deletedTopicIds()).containsExactly(before);
        assertThat(topic(change, "t").id()).isEqualTo(after);
    }
}
