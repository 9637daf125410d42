package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.event.UnfenceBroker;
import dev.ahti.metadata.image.ClusterImage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacementTest {

    @Test
    void threePartitionsOnThreeBrokersAreOneEachAndTheFourthWraps() {
        Placement placement = new Placement(Images.live(3).brokers().values(), 0);

        assertThat(List.of(placement.place(1), placement.place(1), placement.place(1), placement.place(1)))
                .containsExactly(List.of(1), List.of(2), List.of(3), List.of(1));
    }

    @Test
    void theStartRotatesSoThatSmallTopicsDoNotAllBeginAtTheSameBroker() {
        assertThat(new Placement(Images.live(3).brokers().values(), 2).place(2)).containsExactly(3, 1);
    }

    @Test
    void aFencedBrokerIsAReplicaOnlyWhereLiveOnesDoNotSufficeAndNeverFirst() {
        ClusterImage image = Images.apply(Images.live(3), new FenceBroker(1, Images.incarnation(1)));

        for (int start = 0; start < 6; start++) {
            assertThat(new Placement(image.brokers().values(), start).place(2)).doesNotContain(1);
            assertThat(new Placement(image.brokers().values(), start).place(3)).endsWith(1);
        }
    }

    @Test
    void replicasAreSpreadOverRacks() {
        ClusterImage image = ClusterImage.empty();
        String[] racks = {"a", "a", "b", "b"};
        for (int broker = 1; broker <= 4; broker++) {
            image = Images.apply(
                    image,
                    Images.registration(broker, racks[broker - 1]),
                    new UnfenceBroker(broker, Images.incarnation(broker)));
        }
        Placement placement = new Placement(image.brokers().values(), 0);

        for (int i = 0; i < 8; i++) {
            Set<String> used = new HashSet<>();
            placement.place(2).forEach(broker -> used.add(racks[broker - 1]));
            assertThat(used).containsExactlyInAnyOrder("a", "b");
        }
    }
}
