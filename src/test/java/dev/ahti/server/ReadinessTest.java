package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.FakeMetadata;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.event.RegisterBroker;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.UnfenceBroker;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private static final IsrMember ONE = new IsrMember(1, new Uuid(1, 1));
    private static final Uuid OF_THIS_START = new Uuid(9, 2);
    private static final IsrMember TWO = new IsrMember(2, OF_THIS_START);

    private final FakeMetadata metadata =
            new FakeMetadata().broker(1, "PLAINTEXT").broker(2, "PLAINTEXT");
    private final CurrentImage current = new CurrentImage();
    private PartitionId partition;

    @BeforeEach
    void brokerTwoStartsAgain() {
        partition = new PartitionId(metadata.topic("t", 1, 1, 2), 0);
        metadata.apply(
                new RegisterBroker(2, OF_THIS_START, new Uuid(2, 2), List.of(), Optional.empty(), Optional.empty(), 1));
        current.show(metadata.image());
    }

    @Test
    void aBrokerWithoutReplicasIsReadyOnceItIsUnfenced() {
        metadata.broker(3, "PLAINTEXT");
        assertThat(Readiness.isInSync(3, metadata.image())).isTrue();

        metadata.fence(3);
        assertThat(Readiness.isInSync(3, metadata.image())).isFalse();
        assertThat(Readiness.isInSync(4, metadata.image())).isFalse();
    }

    @Test
    void aBrokerThatFollowsIsReadyWhenItsIncarnationIsInTheIsr() {
        CompletableFuture<?> ready = Readiness.of(2, current).toCompletableFuture();

        unfence();
        assertThat(ready).as("the ISR names it as it was before").isNotDone();

        metadata.apply(new UpdateISR(partition, List.of(ONE, TWO), List.of()));
        current.show(metadata.image());
        assertThat(ready).isDone();
    }

    @Test
    void aPartitionWhoseLeaderIsAwayIsNotWaitedFor() {
        unfence();
        assertThat(Readiness.isInSync(2, metadata.image())).isFalse();

        metadata.fence(1);
        assertThat(Readiness.isInSync(2, metadata.image())).isTrue();
    }

    @Test
    void aPartitionWithoutALeaderIsNotWaitedFor() {
        unfence();
        metadata.apply(new SetPartitionLeader(partition, PartitionImage.NO_LEADER, 7));

        assertThat(Readiness.isInSync(2, metadata.image())).isTrue();
    }

    private void unfence() {
        metadata.apply(new UnfenceBroker(2, OF_THIS_START));
        current.show(metadata.image());
    }
}
