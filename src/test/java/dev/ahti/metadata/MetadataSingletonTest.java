package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataCommand.AllocateProducerIds;
import dev.ahti.metadata.MetadataCommand.AlterConfigs;
import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.MetadataCommand.BrokerReady;
import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataCommand.CheckJournal;
import dev.ahti.metadata.MetadataCommand.ControlledShutdown;
import dev.ahti.metadata.MetadataCommand.CreatePartitions;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.DatabaseReachable;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.DeleteTopics;
import dev.ahti.metadata.MetadataCommand.ElectLeaders;
import dev.ahti.metadata.MetadataCommand.FetchImage;
import dev.ahti.metadata.MetadataCommand.RebalanceLeaders;
import dev.ahti.metadata.MetadataCommand.RemoveBroker;
import dev.ahti.metadata.MetadataCommand.UpdateFeatures;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import dev.ahti.metadata.MetadataReply.TopicsReply;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.metadata.event.StartEpoch;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metrics.MetadataMetrics;
import dev.ahti.model.Endpoint;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The singleton and its {@link PartitionMetadata}, with a journal in memory that fails when it is told to. */
class MetadataSingletonTest {
    private static final Config CONFIG = ConfigFactory.parseString("pekko.actor.provider = local")
            .withFallback(PersistenceTestKitPlugin.getInstance().config())
            .withFallback(PersistenceTestKitSnapshotPlugin.config())
            .withFallback(ConfigFactory.load());

    private final ActorTestKit kit = ActorTestKit.create("singleton", CONFIG);
    private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    private final FakeMembers members = new FakeMembers(1, 2, 3);
    private final List<String> fatal = new CopyOnWriteArrayList<>();
    private final TestProbe<Publication> follower = kit.createTestProbe();
    private final TestProbe<Done> done = kit.createTestProbe();
    private final TestProbe<TopicsReply> topics = kit.createTestProbe();
    private final TestProbe<HeartbeatReply> beats = kit.createTestProbe();
    private ActorRef<MetadataCommand> singleton = kit.spawn(
            MetadataSingleton.create(MetadataNode.settings(1000), members, new MetadataMetrics(), fatal::add));

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private BrokerRegistration registration(int broker, Uuid incarnation, Uuid directory, boolean intact) {
        return new BrokerRegistration(
                broker,
                incarnation,
                directory,
                "",
                List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "host" + directory, 9092)),
                Optional.empty(),
                Optional.empty(),
                1,
                intact,
                follower.getRef(),
                done.getRef());
    }

    private Done register(int broker) {
        Uuid incarnation = Images.incarnation(broker);
        singleton.tell(registration(broker, incarnation, new Uuid(9, broker), true));
        assertThat(done.receiveMessage().error()).isEqualTo(Errors.NONE);
        singleton.tell(new BrokerReady(broker, incarnation, done.getRef()));
        return done.receiveMessage();
    }

    private TopicsReply create(String name) {
        singleton.tell(new CreateTopics(
                List.of(new NewTopic(name, 1, (short) 1, Map.of(), Map.of())), false, topics.getRef()));
        return topics.receiveMessage(Duration.ofSeconds(10));
    }

    private HeartbeatReply heartbeat(int broker, Uuid incarnation, long version, int epoch) {
        singleton.tell(heartbeatOf(broker, incarnation, version, epoch, Optional.empty()));
        return beats.receiveMessage();
    }

    private BrokerHeartbeat heartbeatOf(int broker, Uuid incarnation, long version, int epoch, Optional<Uuid> epochId) {
        return new BrokerHeartbeat(broker, incarnation, version, epoch, epochId, follower.getRef(), beats.getRef());
    }

    private static ClusterImage apply(ClusterImage image, Publication publication) {
        return publication instanceof Publication.Whole whole
                ? whole.snapshot().toImage()
                : Images.apply(image, ((Publication.Batch) publication).events().toArray(MetadataEvent[]::new));
    }

    @Test
    void aPublicationThatGotLostComesWithTheNextHeartbeat() {
        register(1);
        ClusterImage seen = wholeImage();
        long version = create("t").version();
        // Lost: we look away.
        follower.fishForMessage(
                Duration.ofSeconds(10),
                each -> each instanceof Publication.Batch batch && batch.toVersion() == version
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());

        assertThat(heartbeat(1, Images.incarnation(1), seen.version(), 1).version())
                .isEqualTo(version);
        seen = apply(seen, follower.receiveMessage());
        assertThat(seen.version()).isEqualTo(version);
        assertThat(seen.topic("t")).isNotNull();
    }

    private ClusterImage wholeImage() {
        TestProbe<Publication> other = kit.createTestProbe();
        singleton.tell(new FetchImage(-1, other.getRef()));
        return apply(ClusterImage.empty(), other.receiveMessage());
    }

    @Test
    void aFollowerWithAGapAsksAndIsGivenWhatItLacks() {
        register(1);
        CurrentImage current = new CurrentImage();
        ActorRef<Publication> lagging = kit.spawn(ImageFollower.create(
                MetadataNode.settings(1000), current, singleton, new LeadershipCounts(1, new MetadataMetrics())));
        ClusterImage whole = wholeImage();
        create("a");
        long version = create("b").version();
        current.show(whole);

        lagging.tell(new Publication.Batch(1, version, List.of(new SetFeature("x", (short) 1))));

        Awaitility.await().until(() -> current.get().version() == version);
        assertThat(current.get().topic("a")).isNotNull();
        assertThat(current.get().features()).doesNotContainKey("x");
    }

    @Test
    void aFollowerIgnoresALowerEpoch() {
        CurrentImage current = new CurrentImage();
        current.show(ClusterImage.empty().withEpoch("c", 3, Optional.empty()));
        TestProbe<MetadataCommand> asked = kit.createTestProbe();
        ActorRef<Publication> one = kit.spawn(ImageFollower.create(
                MetadataNode.settings(1000), current, asked.getRef(), new LeadershipCounts(1, new MetadataMetrics())));

        one.tell(new Publication.Batch(2, 0, List.of(new SetFeature("x", (short) 1))));
        one.tell(new Publication.Batch(3, 0, List.of(new SetFeature("y", (short) 1))));

        Awaitility.await().until(() -> current.get().version() == 1);
        assertThat(current.get().features().keySet()).containsExactly("y");
    }

    @Test
    void aFailedPersistIsAnswered() {
        register(1);
        journal.failNextPersisted(PartitionMetadata.PERSISTENCE_ID.id());

        assertThat(create("t").results().get(0).error()).isEqualTo(Errors.REQUEST_TIMED_OUT);
        // The new PartitionMetadata has a new epoch and takes requests.
        TopicsReply again = create("t");
        assertThat(again.results().get(0).error()).isEqualTo(Errors.NONE);
        assertThat(again.epoch()).isEqualTo(2);
    }

    @Test
    void aHeartbeatThatComesBeforeTheJournalIsReadIsAnsweredOnceItIs() {
        long version = register(1).version();
        kit.stop(singleton);
        singleton = kit.spawn(
                MetadataSingleton.create(MetadataNode.settings(1000), members, new MetadataMetrics(), fatal::add));

        HeartbeatReply reply = heartbeat(1, Images.incarnation(1), version, 1);

        assertThat(reply.error()).isEqualTo(Errors.NONE);
        assertThat(reply.epoch()).isEqualTo(2);
    }

    @Test
    void aRehearsalOfATakeoverHasNoEffect() {
        register(1);
        register(2);
        create("t");
        ClusterImage before = wholeImage();
        TestProbe<Object> watcher = kit.createTestProbe();

        var rehearsal = kit.spawn(TakeoverRehearsal.create(MetadataNode.settings(1000)));

        watcher.expectTerminated(rehearsal, Duration.ofSeconds(10));
        assertThat(journal.persistedInStorage(PartitionMetadata.PERSISTENCE_ID.id()))
                .hasSize((int) before.version());
        assertThat(create("u").epoch()).isEqualTo(1);
    }

    @Test
    void afterARestartOthersWaitUntilTheLiveBrokersAreHeard() {
        register(1);
        register(2);
        kit.stop(singleton);
        singleton = kit.spawn(
                MetadataSingleton.create(MetadataNode.settings(1000), members, new MetadataMetrics(), fatal::add));
        singleton.tell(
                new CreateTopics(List.of(new NewTopic("t", 1, (short) 1, Map.of(), Map.of())), false, topics.getRef()));
        singleton.tell(registration(1, new Uuid(77, 1), new Uuid(9, 1), true));

        assertThat(done.receiveMessage().error()).isEqualTo(Errors.NONE);
        topics.expectNoMessage(Duration.ofMillis(200));
        heartbeat(2, Images.incarnation(2), 0, 0);
        assertThat(topics.receiveMessage().results().get(0).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void anotherDirectoryUnderABrokerIdInSessionIsRefusedNamingBoth() {
        register(1);
        singleton.tell(registration(1, new Uuid(78, 1), new Uuid(50, 50), true));

        Done refused = done.receiveMessage();
        assertThat(refused.error()).isEqualTo(Errors.DUPLICATE_BROKER_REGISTRATION);
        assertThat(refused.message()).contains("host" + new Uuid(9, 1)).contains("host" + new Uuid(50, 50));
    }

    @Test
    void theSameDirectorySupersedesItsEarlierIncarnationInOnePersist() {
        register(1);
        create("t");
        singleton.tell(registration(1, new Uuid(79, 1), new Uuid(9, 1), true));
        assertThat(done.receiveMessage().error()).isEqualTo(Errors.NONE);
        ClusterImage image = wholeImage();

        assertThat(image.brokers().get(1).fenced()).isTrue();
        assertThat(image.partition("t", 0).leader()).isEqualTo(-1);
        assertThat(image.partition("t", 0).isr()).isEmpty();
        assertThat(heartbeat(1, Images.incarnation(1), image.version(), 1).error())
                .isEqualTo(Errors.STALE_BROKER_EPOCH);
    }

    @Test
    void aBrokerThatHasSeenMoreThanTheJournalHoldsStopsTheNode() {
        register(1);
        long version = create("t").version();
        kit.stop(singleton);
        journal.clearByPersistenceId(PartitionMetadata.PERSISTENCE_ID.id());
        singleton = kit.spawn(
                MetadataSingleton.create(MetadataNode.settings(1000), members, new MetadataMetrics(), fatal::add));
        singleton.tell(registration(2, Images.incarnation(2), new Uuid(9, 2), true));
        done.receiveMessage();

        singleton.tell(heartbeatOf(1, Images.incarnation(1), version, 0, Optional.empty()));

        Awaitility.await().until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).contains("lost commits");
    }

    @Test
    void whatIsNewerThanTheLevelOfTheClusterIsNotWritten() {
        // What the first one writes at its start is written by now, and not after the journal is emptied.
        register(1);
        kit.stop(singleton);
        journal.clearByPersistenceId(PartitionMetadata.PERSISTENCE_ID.id());
        // No level is finalized here, so that everything is newer.
        journal.persistForRecovery(
                PartitionMetadata.PERSISTENCE_ID.id(), List.of(new StartEpoch("c", 1, Optional.empty())));
        singleton = kit.spawn(
                MetadataSingleton.create(MetadataNode.settings(1000), members, new MetadataMetrics(), fatal::add));

        singleton.tell(registration(1, Images.incarnation(1), new Uuid(9, 1), true));

        Done refused = done.receiveMessage();
        assertThat(refused.error()).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(refused.message()).contains("ahti.metadata.version").contains("kafka-features upgrade");
        assertThat(wholeImage().brokers()).isEmpty();
    }

    @Test
    void moreThanMayWaitIsRefusedAndEverybodyIsAnswered() {
        kit.stop(singleton);
        MetadataSettings settings = MetadataNode.settings(1000, 50);
        singleton = kit.spawn(MetadataSingleton.create(settings, members, new MetadataMetrics(), fatal::add));
        int requests = 300;
        register(1);
        for (int i = 0; i < requests; i++) {
            singleton.tell(new CreateTopics(
                    List.of(new NewTopic("t" + i, 1, (short) 1, Map.of(), Map.of())), false, topics.getRef()));
        }

        assertThat(topics.receiveSeveralMessages(requests, Duration.ofSeconds(30)))
                .allMatch(reply -> reply.results().get(0).error() == Errors.NONE
                        || reply.results().get(0).error() == Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void everyCommandIsHandled() {
        register(1);
        TestProbe<Object> any = kit.createTestProbe();
        Uuid incarnation = Images.incarnation(1);
        List<MetadataCommand> commands = List.of(
                new BrokerHeartbeat(
                        1,
                        incarnation,
                        0,
                        0,
                        Optional.empty(),
                        any.getRef().narrow(),
                        any.getRef().narrow()),
                new FetchImage(0, any.getRef().narrow()),
                new DatabaseReachable(2),
                registration(1, incarnation, new Uuid(9, 1), true),
                new BrokerReady(1, incarnation, any.getRef().narrow()),
                new CreateTopics(List.of(), false, any.getRef().narrow()),
                new DeleteTopics(List.of(), any.getRef().narrow()),
                new CreatePartitions(List.of(), false, any.getRef().narrow()),
                new AlterConfigs(List.of(), false, any.getRef().narrow()),
                new AllocateProducerIds(1, any.getRef().narrow()),
                new AlterPartition(1, incarnation, List.of(), any.getRef().narrow()),
                new UpdateFeatures(List.of(), false, any.getRef().narrow()),
                new ElectLeaders(ElectionType.PREFERRED, List.of(), any.getRef().narrow()),
                new RebalanceLeaders(),
                new ControlledShutdown(1, incarnation, any.getRef().narrow()),
                new DeclareDead(1, incarnation, "", any.getRef().narrow()),
                new RemoveBroker(1, any.getRef().narrow()),
                new CheckJournal(2, 1000, 7, any.getRef().narrow()));
        assertThat(commands.stream().map(Object::getClass).distinct())
                .containsExactlyInAnyOrder(leaves(MetadataCommand.class).toArray(Class<?>[]::new));

        for (MetadataCommand command : commands.subList(0, commands.size() - 1)) {
            singleton.tell(command);
            if (command instanceof BrokerRegistration) {
                done.receiveMessage();
            } else if (!(command instanceof DatabaseReachable || command instanceof RebalanceLeaders)) {
                any.receiveMessage();
            }
        }
        assertThat(fatal).isEmpty();
        singleton.tell(commands.get(commands.size() - 1));
        Awaitility.await().until(() -> !fatal.isEmpty());
    }

    @Test
    void aBrokerThatHasSeenAHigherEpochStopsTheNodeBecauseTheJournalWouldHaveIt() {
        register(1);
        singleton.tell(heartbeatOf(1, Images.incarnation(1), 3, 9, Optional.empty()));

        Awaitility.await().until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).contains("lost commits").contains("epoch 9");
    }

    @Test
    void aBrokerThatHasSeenAVersionOfOurEpochThatWeNeverWroteStopsTheNode() {
        register(1);
        singleton.tell(heartbeatOf(1, Images.incarnation(1), 1000, 1, Optional.empty()));

        Awaitility.await().until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).contains("lost commits").contains("version 1000");
    }

    /** The journal went back, and has since come further than ever before: no version says so any more. */
    @Test
    void aBrokerThatHasSeenAnotherEpochOfOurNumberStopsTheNode() {
        register(1);
        Uuid seen = wholeImage().epochId().orElseThrow();
        long version = wholeImage().version();
        kit.stop(singleton);
        journal.clearByPersistenceId(PartitionMetadata.PERSISTENCE_ID.id());
        singleton = kit.spawn(
                MetadataSingleton.create(MetadataNode.settings(1000), members, new MetadataMetrics(), fatal::add));
        register(2);
        assertThat(create("t").epoch()).isEqualTo(1);
        assertThat(create("u").version()).isGreaterThan(version);

        singleton.tell(heartbeatOf(1, Images.incarnation(1), version, 1, Optional.of(seen)));

        Awaitility.await().until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).contains("lost commits").contains("broker 1");
    }

    @Test
    void aBrokerThatHasSeenAnotherEpochOfTheNumberBeforeOursStopsTheNode() {
        register(1);
        long version = create("t").version();
        kit.stop(singleton);
        singleton = kit.spawn(
                MetadataSingleton.create(MetadataNode.settings(1000), members, new MetadataMetrics(), fatal::add));
        singleton.tell(registration(1, new Uuid(77, 1), new Uuid(9, 1), true));
        assertThat(done.receiveMessage().epoch()).isEqualTo(2);

        singleton.tell(heartbeatOf(1, new Uuid(77, 1), version, 1, Optional.of(new Uuid(5, 5))));

        Awaitility.await().until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).contains("lost commits").contains("epoch 1");
    }

    @Test
    void brokersThatHaveSeenOurEpochsDoNotStopTheNode() {
        register(1);
        ClusterImage first = wholeImage();
        kit.stop(singleton);
        singleton = kit.spawn(
                MetadataSingleton.create(MetadataNode.settings(1000), members, new MetadataMetrics(), fatal::add));
        singleton.tell(registration(1, new Uuid(77, 1), new Uuid(9, 1), true));
        assertThat(done.receiveMessage().epoch()).isEqualTo(2);
        ClusterImage second = wholeImage();
        assertThat(second.epochId()).isNotEqualTo(first.epochId());

        for (ClusterImage seen : List.of(first, second)) {
            singleton.tell(heartbeatOf(1, new Uuid(77, 1), seen.version(), seen.metadataEpoch(), seen.epochId()));
            assertThat(beats.receiveMessage().error()).isEqualTo(Errors.NONE);
        }
        assertThat(fatal).isEmpty();
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(each -> leaves(each))
                : Stream.of(type);
    }
}
