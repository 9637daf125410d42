package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.MetadataCommand.BrokerReady;
import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.DatabaseReachable;
import dev.ahti.metadata.MetadataCommand.FetchImage;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import dev.ahti.metadata.MetadataReply.TopicsReply;
import dev.ahti.metadata.event.StartEpoch;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metrics.MetadataMetrics;
import dev.ahti.model.PeerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The singleton with several brokers, as members come and go. Each broker's member has its id as uid. */
class SingletonAndMembersTest {
    private static final Config CONFIG = ConfigFactory.parseString("pekko.actor.provider = local")
            .withFallback(PersistenceTestKitPlugin.getInstance().config())
            .withFallback(PersistenceTestKitSnapshotPlugin.config())
            .withFallback(ConfigFactory.load());

    private final ActorTestKit kit = ActorTestKit.create("members", CONFIG);
    private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    private final List<String> fatal = new CopyOnWriteArrayList<>();
    private final FakeMembers members = new FakeMembers(1, 2, 3);
    private final TestProbe<Publication> follower = kit.createTestProbe();
    private final TestProbe<Done> done = kit.createTestProbe();
    private ActorRef<MetadataCommand> singleton = start(Duration.ofSeconds(20), Optional.empty());

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** Sessions last for an hour: nothing but the members makes anybody dead. */
    private ActorRef<MetadataCommand> start(Duration journalPatience, Optional<Duration> leaderRebalance) {
        MetadataSettings settings = new MetadataSettings(
                1,
                (short) 1,
                Map.of(),
                new ConfigDef(),
                Set.of(),
                Duration.ofMillis(100),
                Duration.ofHours(1),
                100,
                1000,
                1000,
                Duration.ofMillis(50),
                journalPatience,
                leaderRebalance);
        return kit.spawn(MetadataSingleton.create(settings, members, new MetadataMetrics(), fatal::add));
    }

    private void restart(Duration journalPatience, Optional<Duration> leaderRebalance) {
        kit.stop(singleton);
        singleton = start(journalPatience, leaderRebalance);
    }

    private void live(int broker, Uuid incarnation) {
        singleton.tell(new BrokerRegistration(
                broker,
                incarnation,
                new Uuid(9, broker),
                "",
                List.of(),
                Optional.empty(),
                Optional.of(new PeerAddress("host", 1, broker)),
                1,
                true,
                follower.getRef(),
                done.getRef()));
        assertThat(done.receiveMessage(Duration.ofSeconds(10)).error()).isEqualTo(Errors.NONE);
        singleton.tell(new BrokerReady(broker, incarnation, done.getRef()));
        assertThat(done.receiveMessage(Duration.ofSeconds(10)).error()).isEqualTo(Errors.NONE);
    }

    private void threeLiveAndATopic() {
        for (int broker = 1; broker <= 3; broker++) {
            live(broker, Images.incarnation(broker));
        }
        assertThat(create("t")).isEqualTo(Errors.NONE);
    }

    private Errors create(String name) {
        TestProbe<TopicsReply> replies = kit.createTestProbe();
        singleton.tell(new CreateTopics(
                List.of(new NewTopic(name, 3, (short) 3, Map.of(), Map.of())), false, replies.getRef()));
        return replies.receiveMessage(Duration.ofSeconds(10)).results().get(0).error();
    }

    private ClusterImage image() {
        TestProbe<Publication> asked = kit.createTestProbe();
        // A singleton that has not begun says nothing.
        return Awaitility.await()
                .ignoreExceptionsMatching(AssertionError.class::isInstance)
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            singleton.tell(new FetchImage(-1, asked.getRef()));
                            return asked.receiveMessage(Duration.ofSeconds(1)) instanceof Publication.Whole whole
                                    ? whole.snapshot().toImage()
                                    : null;
                        },
                        image -> image != null);
    }

    private void awaitFenced(int broker) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !image().isLive(broker));
    }

    @Test
    void aBrokerWhoseMemberWasRemovedIsFencedAlthoughItsSessionLasts() {
        threeLiveAndATopic();
        members.are(1, 3);

        awaitFenced(2);

        assertThat(image().topic("t").partitions()).allSatisfy(partition -> {
            assertThat(partition.leader()).isIn(1, 3);
            assertThat(partition.isrBrokers()).containsExactlyInAnyOrder(1, 3);
        });
        assertThat(image().isLive(1)).isTrue();
        assertThat(image().isLive(3)).isTrue();
    }

    @Test
    void aNewSingletonFencesWhoIsNoMemberAndOnlyThenTakesRequests() {
        threeLiveAndATopic();
        members.are(1, 3);
        restart(Duration.ofSeconds(20), Optional.empty());
        TestProbe<HeartbeatReply> beats = kit.createTestProbe();
        TestProbe<TopicsReply> replies = kit.createTestProbe();
        singleton.tell(new CreateTopics(
                List.of(new NewTopic("u", 3, (short) 2, Map.of(), Map.of())), false, replies.getRef()));
        replies.expectNoMessage(Duration.ofMillis(300));
        for (int broker : new int[] {1, 3}) {
            singleton.tell(new BrokerHeartbeat(
                    broker, Images.incarnation(broker), 0, 0, Optional.empty(), follower.getRef(), beats.getRef()));
        }

        assertThat(replies.receiveMessage(Duration.ofSeconds(10))
                        .results()
                        .get(0)
                        .error())
                .isEqualTo(Errors.NONE);
        assertThat(image().isLive(2)).isFalse();
        assertThat(image().topic("u").partitions())
                .extracting(PartitionImage::leader)
                .doesNotContain(2);
    }

    @Test
    void aNewSingletonStoresWhoIsGoneTogetherWithItsEpochSoThatNobodyWaitsForASecondWrite() {
        threeLiveAndATopic();
        ClusterImage before = image();
        kit.stop(singleton);
        members.are(1, 3);
        journal.withPolicy((id, operation) ->
                operation instanceof WriteEvents write && !write.batch().exists(StartEpoch.class::isInstance)
                        ? StorageFailure.create()
                        : ProcessingSuccess.getInstance());

        singleton = start(Duration.ofSeconds(20), Optional.empty());
        awaitFenced(2);

        List<Object> stored = journal.persistedInStorage(PartitionMetadata.PERSISTENCE_ID.id());
        assertThat(stored.get((int) before.version())).isInstanceOf(StartEpoch.class);
        assertThat(stored).hasSize((int) image().version());
        assertThat(image().metadataEpoch()).isEqualTo(before.metadataEpoch() + 1);
        assertThat(image().topic("t").partitions())
                .extracting(PartitionImage::leader)
                .doesNotContain(2);
    }

    @Test
    void preferredLeadersGetBackWhatTheyShouldLead() {
        threeLiveAndATopic();
        members.are(1, 3);
        awaitFenced(2);
        members.are(1, 2, 3);
        live(2, new Uuid(70, 2));
        ClusterImage before = image();
        int led = before.topic("t").partitions().stream()
                .filter(PartitionImage::hasPreferredLeader)
                .toList()
                .size();
        assertThat(led).isEqualTo(2);
        TestProbe<MetadataReply.AlterPartitionReply> altered = kit.createTestProbe();
        for (PartitionImage partition : before.topic("t").partitions()) {
            var isr = List.of(1, 2, 3).stream()
                    .map(each -> Election.member(before.brokers().get(each)))
                    .toList();
            singleton.tell(new MetadataCommand.AlterPartition(
                    partition.leader(),
                    before.brokers().get(partition.leader()).incarnation(),
                    List.of(new MetadataCommand.IsrProposal(
                            partition.id(), partition.leaderEpoch(), partition.partitionEpoch(), isr)),
                    altered.getRef()));
            assertThat(altered.receiveMessage(Duration.ofSeconds(10))
                            .results()
                            .get(0)
                            .error())
                    .isEqualTo(Errors.NONE);
        }

        restart(Duration.ofSeconds(20), Optional.of(Duration.ofMillis(200)));
        TestProbe<HeartbeatReply> beats = kit.createTestProbe();
        image().brokers()
                .values()
                .forEach(each -> singleton.tell(new BrokerHeartbeat(
                        each.id(), each.incarnation(), 0, 0, Optional.empty(), follower.getRef(), beats.getRef())));

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> image().topic("t").partitions().stream()
                .allMatch(PartitionImage::hasPreferredLeader));
    }

    @Test
    void aNodeThatCannotRecoverTheJournalStopsWhenAnotherReachesTheDatabase() {
        threeLiveAndATopic();
        kit.stop(singleton);
        journal.failNextNOps(1000);
        singleton = start(Duration.ofMillis(500), Optional.empty());

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !members.told.isEmpty());
        assertThat(members.told.get(0)).isInstanceOf(MetadataRelay.CheckDatabase.class);
        assertThat(fatal).isEmpty();
        singleton.tell(new DatabaseReachable(2));

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).contains("broker 2 reaches it");
    }

    @Test
    void aNodeThatReachesTheDatabaseAgainItselfFindsOutBeforeItStops() {
        threeLiveAndATopic();
        int epoch = image().metadataEpoch();
        kit.stop(singleton);
        journal.failNextNOps(1000);
        singleton = start(Duration.ofMillis(500), Optional.empty());
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !members.told.isEmpty());

        journal.resetPolicy();
        singleton.tell(new DatabaseReachable(2));

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> image().metadataEpoch() > epoch);
        assertThat(fatal).isEmpty();
    }

    @Test
    void aNodeThatServesDoesNotStopBecauseAnotherReachesTheDatabaseToo() {
        restart(Duration.ZERO, Optional.empty());
        threeLiveAndATopic();
        singleton.tell(new DatabaseReachable(2));

        assertThat(create("u")).isEqualTo(Errors.NONE);
        assertThat(fatal).isEmpty();
    }
}
