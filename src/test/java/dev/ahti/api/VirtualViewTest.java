package dev.ahti.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.image.PartitionImage;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class VirtualViewTest {
    private final FakeMetadata metadata = new FakeMetadata()
            .broker(1, FakeMetadata.LISTENER)
            .broker(2, FakeMetadata.LISTENER)
            .broker(3, FakeMetadata.LISTENER);
    private final Uuid topic = metadata.topic("t", 1, 2, 3);

    private ListenerView seenAt(int broker) {
        return ListenerViews.virtual(broker).of(metadata.image(), FakeMetadata.LISTENER);
    }

    private PartitionImage partition() {
        return metadata.image().topic(topic).partition(0);
    }

    @Test
    void thereIsOneBrokerOfTheSameIdWhicheverIsAskedAtTheAddressOfThatOne() {
        for (int asked : List.of(1, 2, 3)) {
            ListenerView seen = seenAt(asked);
            assertThat(seen.brokers()).singleElement().satisfies(one -> {
                assertThat(one.id()).isZero();
                assertThat(one.endpoint().port()).isEqualTo(9000 + asked);
                assertThat(one.rack()).isNull();
            });
            assertThat(seen.registered()).isEqualTo(seen.brokers());
            assertThat(seen.controller()).isZero();
        }
    }

    @Test
    void itLeadsWhateverHasALeaderAndIsItsOnlyReplica() {
        ListenerView seen = seenAt(1);
        assertThat(seen.leader(partition())).isZero();
        assertThat(seen.replicas(partition())).containsExactly(0);
        assertThat(seen.isr(partition())).containsExactly(0);
        assertThat(seen.offlineReplicas(partition())).isEmpty();
        assertThat(seen.elr(partition())).isEmpty();
    }

    @Test
    void aPartitionWhoseLeaderIsAwayHasNone() {
        metadata.fence(2);
        assertThat(seenAt(1).leader(partition())).isEqualTo(ListenerView.NONE);
        assertThat(seenAt(1).offlineReplicas(partition())).isEmpty();
        metadata.fence(3);
        assertThat(seenAt(1).offlineReplicas(partition())).containsExactly(0);
    }

    @Test
    void aBrokerThatIsFencedItselfStillShowsItsAddress() {
        metadata.fence(1);
        assertThat(seenAt(1).brokers()).hasSize(1);
    }
}
