package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetConfig;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.ImageSnapshot;
import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.Test;

class PartsTest {
    private static final int ARTERY_TAKES = 256 * 1024;

    private final Parts parts = new Parts();

    /** Some large topic, many small ones, long names, long configs. */
    private static List<MetadataEvent> events() {
        Random random = new Random(7);
        List<MetadataEvent> events = new ArrayList<>();
        for (int number = 0; number < 300; number++) {
            Uuid id = new Uuid(5, number);
            String name = "n".repeat(1 + random.nextInt(240)) + number;
            events.add(new CreateTopic(id, name));
            events.add(new SetConfig(ConfigResource.Type.TOPIC, name, "a", "v".repeat(number % 50 == 0 ? 15_000 : 10)));
            int partitions = number == 100 ? 3000 : random.nextInt(20);
            for (int partition = 0; partition < partitions; partition++) {
                PartitionId at = new PartitionId(id, partition);
                events.add(new AssignPartition(at, List.of(1, 2, 3)));
                events.add(new SetPartitionLeader(at, 1, 0));
                events.add(new UpdateISR(at, Images.members(1, 2, 3), List.of()));
            }
        }
        return events;
    }

    private static ClusterImage image() {
        return Images.apply(Images.live(3), events().toArray(MetadataEvent[]::new));
    }

    private Optional<Publication> addAll(List<Publication> some) {
        Optional<Publication> last = Optional.empty();
        for (Publication each : some) {
            assertThat(last).isEmpty();
            last = parts.add((Publication.Part) each);
        }
        return last;
    }

    @Test
    void aLargeBatchComesTogetherAgain() {
        Publication.Batch batch = new Publication.Batch(3, 17, events());
        List<Publication> cut = Parts.cut(batch);

        assertThat(cut).hasSizeGreaterThan(10);
        assertThat(addAll(cut)).contains(batch);
    }

    @Test
    void aLargeImageComesTogetherAgain() {
        ClusterImage image = image();
        List<Publication> cut = Parts.cut(new Publication.Whole(3, ImageSnapshot.of(image)));

        assertThat(cut).hasSizeGreaterThan(10);
        Publication.Whole whole = (Publication.Whole) addAll(cut).orElseThrow();
        assertThat(whole.snapshot().toImage()).isEqualTo(image);
    }

    @Test
    void whatIsSmallIsNotCut() {
        Publication batch = new Publication.Batch(1, 0, events().subList(0, 5));
        Publication whole = new Publication.Whole(1, ImageSnapshot.of(Images.live(3)));

        assertThat(Parts.cut(batch)).containsExactly(batch);
        assertThat(Parts.cut(whole)).containsExactly(whole);
    }

    @Test
    void noPartIsTooLargeForAMessage() {
        ActorTestKit kit = ActorTestKit.create();
        try {
            var serialization = SerializationExtension.get(Adapter.toClassic(kit.system()));
            List<Publication> all = new ArrayList<>(Parts.cut(new Publication.Batch(3, 17, events())));
            all.addAll(Parts.cut(new Publication.Whole(3, ImageSnapshot.of(image()))));

            assertThat(all)
                    .allSatisfy(each ->
                            assertThat(serialization.serialize(each).get()).hasSizeLessThan(ARTERY_TAKES / 2));
        } finally {
            kit.shutdownTestKit();
        }
    }

    @Test
    void whereAPartIsMissingNothingComesOfTheOthersUntilAllAreSentAnew() {
        Publication.Batch batch = new Publication.Batch(3, 17, events());
        List<Publication> cut = Parts.cut(batch);
        List<Publication> withGap = new ArrayList<>(cut);
        withGap.remove(2);

        assertThat(addAll(withGap)).isEmpty();
        assertThat(addAll(cut)).contains(batch);
    }

    @Test
    void partsOfTwoPublicationsAreNotMixed() {
        List<Publication> one = Parts.cut(new Publication.Batch(3, 17, events()));
        List<Publication> other = Parts.cut(new Publication.Batch(3, 18, events()));

        addAll(one.subList(0, 3));

        assertThat(addAll(other.subList(3, other.size()))).isEmpty();
    }
}
