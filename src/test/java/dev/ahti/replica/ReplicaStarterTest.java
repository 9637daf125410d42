package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.append;
import static dev.ahti.replica.ReplicaFixture.ledHere;
import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.ReplicaStarter.ReplicaLauncher;
import dev.ahti.replica.ReplicaStarterCommand.AwaitOpen;
import dev.ahti.replica.ReplicaStarterCommand.ShutDown;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a cluster: what would go through the shard region starts the entity at once. */
class ReplicaStarterTest {
    private static final ActorTestKit KIT = LocalActors.start();

    @TempDir
    Path path;

    private ReplicaFixture fixture;
    private ActorRef<ReplicaStarterCommand> starter;
    private final AtomicInteger launches = new AtomicInteger();
    private volatile int lostLaunches;

    @BeforeEach
    void open() throws Exception {
        fixture = new ReplicaFixture(path);
    }

    @AfterEach
    void close() throws Exception {
        shutDown().join();
        KIT.stop(starter);
        fixture.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void start() {
        start(self -> id -> {
            if (launches.incrementAndGet() > lostLaunches) {
                spawn(id, self);
            }
        });
    }

    private void start(Function<ActorRef<ReplicaStarterCommand>, ReplicaLauncher> launchers) {
        starter = KIT.spawn(ReplicaStarter.create(fixture.node, launchers));
    }

    private void spawn(PartitionId id, ActorRef<ReplicaStarterCommand> reportTo) {
        KIT.spawn(PartitionReplica.create(fixture.node, id, ReplicaFixture.SELF, reportTo));
    }

    private CompletableFuture<Done> allOpen(long version) {
        CompletableFuture<Done> open = new CompletableFuture<>();
        starter.tell(new AwaitOpen(version, open));
        return open.orTimeout(20, TimeUnit.SECONDS);
    }

    private CompletableFuture<Done> shutDown() {
        CompletableFuture<Done> done = new CompletableFuture<>();
        starter.tell(new ShutDown(done));
        return done.orTimeout(10, TimeUnit.SECONDS).exceptionally(unclean -> Done.getInstance());
    }

    private PartitionId ledTopic(String name, Map<String, String> configs) {
        PartitionId id = fixture.createTopic(name, List.of(1), configs);
        fixture.changePartition(id, ledHere(0));
        return id;
    }

    private LocalReplica open(PartitionId id) {
        allOpen(fixture.image.get().version()).join();
        LocalReplica replica = fixture.node.table().get(id);
        await().until(() -> replica.leadership().leading());
        return replica;
    }

    @Test
    void shouldWakeWhoWaitsForAReplicaWhenItIsOpen() {
        PartitionId id = ledTopic("t", Map.of());
        AtomicInteger woken = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        fixture.node.table().onOpen(id, woken::incrementAndGet);
        fixture.node.table().onOpen(id, ended::incrementAndGet).run();
        assertThat(woken).hasValue(0);
        assertThat(ended).hasValue(1);

        start();
        open(id);

        assertThat(woken).hasValue(1);
        assertThat(ended).hasValue(1);
        fixture.node.table().onOpen(id, woken::incrementAndGet);
        assertThat(woken).hasValue(2);
    }

    @Test
    void shouldWakeWhoWaitsForAReplicaThatCannotBeOpenedOrIsNotGoingToBe() throws Exception {
        PartitionId blocked = ledTopic("t", Map.of());
        Files.writeString(path.resolve("t-0"), "in the way");
        PartitionId unknown = new PartitionId(Uuid.randomUuid(), 0);
        AtomicInteger woken = new AtomicInteger();
        fixture.node.table().onOpen(blocked, woken::incrementAndGet);
        fixture.node.table().onOpen(unknown, woken::incrementAndGet);
        start();

        await().until(() -> woken.get() == 1);
        shutDown().join();

        assertThat(woken).hasValue(2);
        fixture.node.table().onOpen(unknown, woken::incrementAndGet);
        assertThat(woken).hasValue(3);
    }

    @Test
    void shouldOpenWhatTheImageAssignsToThisBroker() {
        PartitionId before = ledTopic("before", Map.of());
        start();
        assertThat(open(before).leadership().leading()).isTrue();

        PartitionId after = ledTopic("after", Map.of());
        PartitionId elsewhere = fixture.createTopic("elsewhere", List.of(2), Map.of());
        assertThat(open(after).leadership().leading()).isTrue();
        assertThat(fixture.node.table().get(elsewhere)).isNull();
        assertThat(path.resolve("elsewhere-0")).doesNotExist();
    }

    @Test
    void shouldTellItsReplicasWhoLeads() {
        PartitionId id = ledTopic("t", Map.of());
        start();
        LocalReplica replica = open(id);

        fixture.changePartition(id, partition -> partition.withLeader(2, 1));

        await().until(() -> replica.leadership().leader() == 2);
        assertThat(replica.leadership().leading()).isFalse();
    }

    @Test
    void shouldWaitForTheImageBeforeItSaysThatAllIsOpen() {
        start();
        CompletableFuture<Done> open = allOpen(2);
        allOpen(0).join();
        assertThat(open).isNotDone();

        ledTopic("t", Map.of());

        open.join();
    }

    @Test
    void shouldNotWaitForAReplicaThatCannotBeOpened() throws Exception {
        Files.writeString(path.resolve("broken-0"), "in the way");
        PartitionId broken = ledTopic("broken", Map.of());
        PartitionId whole = ledTopic("whole", Map.of());
        start();

        assertThat(open(whole)).isNotNull();
        assertThat(fixture.node.table().get(broken)).isNull();
        CompletableFuture<Done> done = new CompletableFuture<>();
        starter.tell(new ShutDown(done));
        assertThat(done).failsWithin(5, TimeUnit.SECONDS);
    }

    @Test
    void shouldDeleteTheFilesOfATopicThatIsGone() {
        PartitionId id = ledTopic("t", Map.of());
        start();
        open(id);

        fixture.change(image -> image.withoutTopic(id.topicId()));

        await().until(() -> !Files.exists(path.resolve("t-0")));
        assertThat(fixture.node.table().get(id)).isNull();
    }

    @Test
    void shouldKeepTheFilesOfAReplicaThatMovedAway() {
        PartitionId id = ledTopic("t", Map.of());
        start();
        open(id);

        fixture.changePartition(id, partition -> partition.withReplicas(List.of(2)));
        await().until(() -> fixture.node.table().get(id) == null);
        assertThat(path.resolve("t-0")).isDirectory();

        fixture.changePartition(id, partition -> partition.withReplicas(List.of(1, 2)));
        assertThat(open(id)).isNotNull();
    }

    /** Otherwise the new replica would take the directory for a stray and rename it while the old one closes. */
    @Test
    void shouldOpenATopicOfTheSameNameOnlyWhenTheEarlierIsClosed() throws Exception {
        PartitionId id = ledTopic("t", Map.of());
        start();
        LocalReplica replica = open(id);
        append(replica, -1, records("a")).join();

        PartitionId latest = id;
        for (int i = 0; i < 20; i++) {
            PartitionId earlier = latest;
            fixture.change(image -> image.withoutTopic(earlier.topicId()));
            latest = ledTopic("t", Map.of());
        }

        LocalReplica again = open(latest);
        assertThat(again.log().logEndOffset()).isZero();
        assertThat(append(again, -1, records("b")).join().error()).isEqualTo(Errors.NONE);
        assertThat(fixture.directory.strays()).isEmpty();
    }

    /** A change that the starter takes in before it has heard of the replica, which has looked at the image already. */
    @Test
    void shouldTellAReplicaThatItHearsOfWhatItHasTakenInMeanwhile() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        start(self -> id -> {
            if (launches.incrementAndGet() == 2) {
                goOn.join();
            }
        });
        PartitionId id = fixture.createTopic("t", List.of(1), Map.of());
        await().until(() -> launches.get() == 1);
        fixture.createTopic("keeps the starter busy", List.of(1), Map.of());
        await().until(() -> launches.get() == 2);

        fixture.createTopic("more", List.of(2), Map.of());
        spawn(id, starter);
        await().until(() -> fixture.node.table().get(id) != null);
        fixture.changePartition(id, ledHere(0));
        goOn.complete(null);

        await().until(() -> fixture.node.table().get(id).leadership().leading());
    }

    @Test
    void shouldApplyConfigsThatChangeWhileAReplicaIsOpened() {
        start();
        Runnable letGo = fixture.holdDisk();
        PartitionId id = ledTopic("t", Map.of("retention.ms", "1000"));
        await().until(() -> launches.get() == 1);
        fixture.change(
                image -> image.withConfig(new ConfigResource(ConfigResource.Type.TOPIC, "t"), "retention.ms", "2000"));
        ledTopic("later", Map.of());
        await("the starter has seen the change").until(() -> launches.get() == 2);
        letGo.run();

        assertThat(open(id).log().config().retentionMs).isEqualTo(2000);
    }

    @Test
    void shouldApplyChangedConfigs() {
        PartitionId id = ledTopic("t", Map.of("retention.ms", "1000"));
        PartitionId other = ledTopic("other", Map.of());
        start();
        LocalReplica replica = open(id);
        assertThat(replica.log().config().retentionMs).isEqualTo(1000);

        fixture.change(
                image -> image.withConfig(new ConfigResource(ConfigResource.Type.TOPIC, "t"), "retention.ms", "2000"));
        await().until(() -> replica.log().config().retentionMs == 2000);

        fixture.change(
                image -> image.withConfig(new ConfigResource(ConfigResource.Type.TOPIC, "t"), "retention.ms", null));
        await().until(() -> replica.log().config().retentionMs
                == fixture.node.table().get(other).log().config().retentionMs);
        assertThat(replica.log().config())
                .as("one object for all topics with the same overrides")
                .isSameAs(fixture.node.table().get(other).log().config());
    }

    @Test
    void shouldApplyChangedDefaultsOfTheBrokerToEveryTopic() {
        PartitionId id = ledTopic("t", Map.of());
        start();
        LocalReplica replica = open(id);
        Object before = replica.log().config();

        fixture.change(image ->
                image.withConfig(new ConfigResource(ConfigResource.Type.BROKER, "1"), "log.retention.ms", "5"));

        await().until(() -> replica.log().config() != before);
    }

    @Test
    void shouldAskAgainForAStartThatWasLost() {
        lostLaunches = 1;
        PartitionId id = ledTopic("t", Map.of());
        start();

        assertThat(open(id)).isNotNull();
        assertThat(launches).hasValue(2);
    }

    @Test
    void shouldStartAReplicaAgainThatStoppedByItself() {
        PartitionId id = ledTopic("t", Map.of());
        start();
        ReplicaHandle first = (ReplicaHandle) open(id);
        append(first, -1, records("a")).join();

        KIT.stop(first.actor());

        await().until(() ->
                fixture.node.table().get(id) != null && fixture.node.table().get(id) != first);
        LocalReplica again = fixture.node.table().get(id);
        await().until(() -> again.leadership().leading());
        assertThat(append(again, -1, records("b")).join().baseOffset()).isEqualTo(1);
    }

    @Test
    void shouldCloseEverythingAndStartNothingAfterwards() {
        PartitionId id = ledTopic("t", Map.of());
        start();
        LocalReplica replica = open(id);
        append(replica, -1, records("a")).join();
        CompletableFuture<Done> done = new CompletableFuture<>();
        starter.tell(new ShutDown(done));

        assertThat(done).succeedsWithin(5, TimeUnit.SECONDS);
        assertThat(replica.log().recoveryPoint()).isEqualTo(1);
        assertThat(fixture.node.table().all()).isEmpty();
        ledTopic("late", Map.of());
        shutDown().join();
        assertThat(path.resolve("late-0")).doesNotExist();
    }

    @Test
    void shouldOpenAThousandPartitionsQuickly() {
        Uuid topic = Uuid.randomUuid();
        fixture.change(image -> {
            ClusterImage next = image.withTopic(TopicImage.empty(topic, "many"));
            for (int i = 0; i < 1_000; i++) {
                PartitionImage partition = PartitionImage.assigned(new PartitionId(topic, i), List.of(1));
                next = next.withPartition(ledHere(0).apply(partition));
            }
            return next;
        });
        start();

        allOpen(1).join();

        assertThat(fixture.node.table().all()).hasSize(1_000);
        await().until(() -> fixture.node.table().all().stream()
                .allMatch(one -> one.leadership().leading()));
        List<CompletableFuture<LocalReplica.AppendResult>> appends = new ArrayList<>();
        fixture.node.table().all().forEach(one -> appends.add(append(one, -1, records("a"))));
        assertThat(appends).allSatisfy(one -> assertThat(
                        one.orTimeout(10, TimeUnit.SECONDS).join().error())
                .isEqualTo(Errors.NONE));
    }
}
