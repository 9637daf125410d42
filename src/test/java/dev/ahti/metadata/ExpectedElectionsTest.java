package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.PartitionId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpectedElectionsTest {
    private static final PartitionId PARTITION = new PartitionId(new Uuid(3, 3), 0);

    private final AtomicLong now = new AtomicLong(TimeUnit.SECONDS.toNanos(100));
    private final CurrentImage current = new CurrentImage();
    private final ExpectedElections elections = new ExpectedElections(current, Runnable::run, now::get);

    @BeforeEach
    void brokerTwoLeads() {
        current.show(Images.live(3));
        happens(
                new CreateTopic(PARTITION.topicId(), "t"),
                new AssignPartition(PARTITION, List.of(2, 3)),
                new SetPartitionLeader(PARTITION, 2, 0));
    }

    private void happens(MetadataEvent... events) {
        current.show(Images.apply(current.get(), events));
    }

    private CompletableFuture<ClusterImage> over(String topic) {
        return elections.over(Set.of(topic)).toCompletableFuture();
    }

    @Test
    void whoeverAsksForATopicOfADeadLeaderWaitsForTheNextLeader() {
        elections.died(Images.incarnation(2));

        CompletableFuture<ClusterImage> answer = over("t");
        assertThat(answer).isNotDone();
        happens(new SetFeature("x", (short) 1));
        assertThat(answer).isNotDone();
        happens(new FenceBroker(2, Images.incarnation(2)), new SetPartitionLeader(PARTITION, 3, 1));

        assertThat(answer)
                .isCompletedWithValueMatching(image -> Images.only(image).leader() == 3);
    }

    @Test
    void nobodyWaitsWhereAllLeadersLive() {
        elections.died(Images.incarnation(3));

        assertThat(over("t")).isDone();
        assertThat(over("unknown")).isDone();
    }

    @Test
    void nobodyWaitsForAnEarlierIncarnation() {
        elections.died(new Uuid(99, 2));

        assertThat(over("t")).isDone();
    }

    @Test
    void anElectionThatDoesNotComeIsNotWaitedForAgain() {
        elections.died(Images.incarnation(2));
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_490));
        CompletableFuture<ClusterImage> answer = over("t");
        assertThat(answer).isNotDone();
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));

        assertThat(answer)
                .succeedsWithin(10, TimeUnit.SECONDS)
                .satisfies(image -> assertThat(Images.only(image).leader()).isEqualTo(2));
        elections.died(Images.incarnation(2)); // Said again: the proof is no newer.
        assertThat(over("t")).isDone();
    }
}
