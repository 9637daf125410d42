package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import dev.ahti.metadata.MetadataClient.ElectionResult;
import dev.ahti.metadata.MetadataClient.FeatureUpdate;
import dev.ahti.metadata.MetadataClient.NamedPartition;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.DeleteTopic;
import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.RegisterBroker;
import dev.ahti.metadata.event.ReserveProducerIds;
import dev.ahti.metadata.event.SetConfig;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.ShutDownBroker;
import dev.ahti.metadata.event.StartEpoch;
import dev.ahti.metadata.event.UnfenceBroker;
import dev.ahti.metadata.event.UnregisterBroker;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.ImageSnapshot;
import dev.ahti.model.PartitionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The forms in which metadata are stored for years: if this fails, databases in the world cannot be read any more. */
class StoredFormsTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "stored-forms",
            ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));
    private static final Uuid TOPIC = new Uuid(3, 3);
    private static final PartitionId P = new PartitionId(TOPIC, 0);

    /** One of each, in an order that can be applied. */
    private static final List<MetadataEvent> EVENTS = List.of(
            new StartEpoch("cluster", 1, Optional.of(new Uuid(4, 1))),
            new SetFeature("ahti.metadata.version", (short) 1),
            Images.registration(1, "rack"),
            new UnfenceBroker(1, Images.incarnation(1)),
            new CreateTopic(TOPIC, "t"),
            new SetConfig(ConfigResource.Type.TOPIC, "t", "retention.ms", "5"),
            new SetConfig(ConfigResource.Type.BROKER, "", "log.cleaner.threads", null),
            new AssignPartition(P, List.of(1, 2)),
            new SetPartitionLeader(P, 1, 0),
            new UpdateISR(P, Images.members(1), List.of(2)),
            new ReserveProducerIds(1, 0, 1000),
            new ShutDownBroker(1, Images.incarnation(1)),
            new FenceBroker(1, Images.incarnation(1)));

    private static final List<MetadataEvent> LAST = List.of(new DeleteTopic(TOPIC), new UnregisterBroker(1));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static List<MetadataEvent> all() {
        List<MetadataEvent> all = new ArrayList<>(EVENTS);
        all.addAll(LAST);
        return all;
    }

    private static String stored(Object value) {
        return Serializers.manifestFor(SERIALIZATION.findSerializerFor(value), value) + " "
                + new String(SERIALIZATION.serialize(value).get(), StandardCharsets.UTF_8);
    }

    private static Object roundTrip(Object value) {
        var serializer = SERIALIZATION.findSerializerFor(value);
        return SERIALIZATION
                .deserialize(
                        SERIALIZATION.serialize(value).get(),
                        serializer.identifier(),
                        Serializers.manifestFor(serializer, value))
                .get();
    }

    /** @param stored as {@link #stored} writes it */
    private static Object read(String stored) {
        int space = stored.indexOf(' ');
        String manifest = stored.substring(0, space);
        int serializer = SERIALIZATION.findSerializerFor(EVENTS.get(0)).identifier();
        byte[] json = stored.substring(space + 1).getBytes(StandardCharsets.UTF_8);
        return SERIALIZATION.deserialize(json, serializer, manifest).get();
    }

    private static ClusterImage image() {
        return Images.apply(ClusterImage.empty(), EVENTS.toArray(MetadataEvent[]::new));
    }

    private static List<String> golden(String name) throws IOException {
        try (var in = StoredFormsTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void everyEventIsStoredAsItAlwaysWas() throws IOException {
        assertThat(all().stream().map(StoredFormsTest::stored)).containsExactlyElementsOf(golden("events.txt"));
    }

    @Test
    void everyKindOfEventIsAmongThem() {
        assertThat(all().stream().map(Object::getClass).distinct())
                .containsExactlyInAnyOrder(Arrays.stream(MetadataEvent.class.getPermittedSubclasses())
                        .toArray(Class<?>[]::new));
    }

    @Test
    void everyEventComesBackAsItWas() {
        assertThat(all()).allSatisfy(event -> assertThat(roundTrip(event)).isEqualTo(event));
    }

    @Test
    void aSnapshotIsStoredAsItAlwaysWasAndComesBack() throws IOException {
        ImageSnapshot snapshot = ImageSnapshot.of(image());

        assertThat(stored(snapshot)).isEqualTo(golden("snapshot.txt").get(0));
        assertThat(((ImageSnapshot) roundTrip(snapshot)).toImage()).isEqualTo(image());
    }

    @Test
    void brokersStoredBeforeTheyHadPeerAddressesAreRead() throws IOException {
        List<String> earlier = golden("before-peer-addresses.txt");

        RegisterBroker event = (RegisterBroker) read(earlier.get(0));
        ClusterImage image = ((ImageSnapshot) read(earlier.get(1))).toImage();

        assertThat(event.peerAddress()).isEmpty();
        assertThat(event.rack()).contains("rack");
        assertThat(image.brokers().get(1).peerAddress()).isEmpty();
        assertThat(image.brokers().get(1).fenced()).isTrue();
    }

    @Test
    void epochsStoredBeforeTheyHadIdsAreRead() throws IOException {
        List<String> earlier = golden("before-epoch-ids.txt");

        StartEpoch event = (StartEpoch) read(earlier.get(0));
        ClusterImage image = ((ImageSnapshot) read(earlier.get(1))).toImage();

        assertThat(event).isEqualTo(new StartEpoch("cluster", 1, Optional.empty()));
        assertThat(image.metadataEpoch()).isEqualTo(1);
        assertThat(image.epochId()).isEmpty();
        assertThat(image.topic("t")).isNotNull();
    }

    @Test
    void messagesBetweenNodesComeBack() {
        var probe = KIT.<MetadataReply.ConfigsReply>createTestProbe();
        var topics = KIT.<MetadataReply.TopicsReply>createTestProbe();
        var followers = KIT.<Publication>createTestProbe();
        var beats = KIT.<MetadataReply.HeartbeatReply>createTestProbe();
        var commands = KIT.<MetadataCommand>createTestProbe();
        var elections = KIT.<MetadataReply.ElectionReply>createTestProbe();
        var done = KIT.<MetadataReply.Done>createTestProbe();
        List<Object> messages = List.of(
                new MetadataCommand.AlterConfigs(
                        List.of(new ConfigChange(
                                new ConfigResource(ConfigResource.Type.TOPIC, "t"),
                                true,
                                List.of(new ConfigOperation("retention.ms", OpType.SET, "1")))),
                        false,
                        probe.getRef()),
                new MetadataCommand.CreateTopics(
                        List.of(new NewTopic("t", -1, (short) -1, Map.of(0, List.of(1)), Map.of("a", "b"))),
                        true,
                        topics.getRef()),
                new Publication.Batch(2, 17, all()),
                new Publication.Whole(2, ImageSnapshot.of(image())),
                new Publication.BatchPart(2, 17, 99, 1, 3, all()),
                new Publication.WholePart(2, 1, 3, ImageSnapshot.of(image())),
                new Publication.Wanted(2, 17, followers.getRef()),
                new MetadataRelay.PassOn(new MetadataCommand.BrokerHeartbeat(
                        1,
                        Images.incarnation(1),
                        5,
                        2,
                        Optional.of(new Uuid(4, 2)),
                        followers.getRef(),
                        beats.getRef())),
                new MetadataRelay.ShowImage(new Publication.Wanted(2, 17, followers.getRef())),
                new MetadataRelay.CheckDatabase(commands.getRef()),
                new MetadataCommand.DatabaseReachable(2),
                new MetadataCommand.ElectLeaders(
                        ElectionType.UNCLEAN, List.of(new NamedPartition("t", 1)), elections.getRef()),
                new MetadataCommand.UpdateFeatures(
                        List.of(new FeatureUpdate("f", (short) 1, (byte) 2)), true, done.getRef()),
                new MetadataReply.ElectionReply(
                        1, 2, List.of(new ElectionResult(new NamedPartition("t", 1), Errors.NONE, null))),
                new MetadataReply.HeartbeatReply(1, 2, Errors.NONE, true));

        assertThat(messages)
                .allSatisfy(message -> assertThat(roundTrip(message)).isEqualTo(message));
    }
}
