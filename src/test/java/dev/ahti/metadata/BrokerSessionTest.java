package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.MetadataCommand.BrokerReady;
import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataCommand.ControlledShutdown;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import dev.ahti.metadata.event.RegisterBroker;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A broker's session, with the test in the place of the singleton. */
class BrokerSessionTest {
    private final ActorTestKit kit = ActorTestKit.create(
            "session", ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    private final TestProbe<MetadataCommand> singleton = kit.createTestProbe();
    private final TestProbe<Publication> follower = kit.createTestProbe();
    private final FakeMembers members = new FakeMembers(1, 2, 3);
    private final List<String> fatal = new CopyOnWriteArrayList<>();
    private final CurrentImage current = new CurrentImage();
    private final BrokerSession.Progress progress = new BrokerSession.Progress(
            new CompletableFuture<>(),
            new CompletableFuture<>(),
            new CompletableFuture<>(),
            new CompletableFuture<>(),
            incarnation -> {});
    private final ActorRef<BrokerSession.Message> session = start("c");

    private ActorRef<BrokerSession.Message> start(String clusterId) {
        return kit.spawn(BrokerSession.create(
                MetadataNode.settings(1000),
                new BrokerIdentity(1, new Uuid(9, 1), clusterId, List.of(), Optional.empty(), Optional.empty(), false),
                current,
                members,
                new Detour(
                        members, MetadataNode.settings(1000).heartbeatInterval().multipliedBy(2)),
                singleton.getRef(),
                follower.getRef(),
                progress,
                fatal::add));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private <T extends MetadataCommand> T next(Class<T> type) {
        return type.cast(singleton
                .fishForMessage(
                        Duration.ofSeconds(5),
                        each -> type.isInstance(each)
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0));
    }

    private static Done ok() {
        return new Done(1, 0, Errors.NONE, null);
    }

    private BrokerRegistration goLive() {
        BrokerRegistration registration = next(BrokerRegistration.class);
        registration.replyTo().tell(ok());
        session.tell(new BrokerSession.MarkReady());
        next(BrokerReady.class).replyTo().tell(ok());
        Awaitility.await().until(progress.live()::isDone);
        return registration;
    }

    @Test
    void asksAgainUntilItIsAnswered() {
        BrokerRegistration first = next(BrokerRegistration.class);
        BrokerRegistration second = next(BrokerRegistration.class);

        assertThat(second.incarnation()).isEqualTo(first.incarnation());
    }

    @Test
    void isReadyOnlyWhenTheLogsAreOpen() {
        next(BrokerRegistration.class).replyTo().tell(ok());
        BrokerHeartbeat heartbeat = next(BrokerHeartbeat.class);
        heartbeat.replyTo().tell(new HeartbeatReply(1, 0, Errors.NONE, true));

        next(BrokerHeartbeat.class);
        assertThat(progress.registered()).isDone();
        assertThat(progress.live()).isNotDone();
    }

    @Test
    void registersAgainUnderANewIncarnationWhenItIsToldThatItIsFenced() {
        BrokerRegistration first = goLive();
        next(BrokerHeartbeat.class); // It may be from before.
        next(BrokerHeartbeat.class).replyTo().tell(fenced());

        BrokerRegistration again = next(BrokerRegistration.class);
        assertThat(again.incarnation()).isNotEqualTo(first.incarnation());
        assertThat(first.logsIntact()).isFalse();
        assertThat(again.logsIntact()).isTrue();
        again.replyTo().tell(ok());
        assertThat(next(BrokerReady.class).incarnation()).isEqualTo(again.incarnation());
    }

    @Test
    void goesOnWhereItHearsOnlyAfterItsUnfencingThatItWasFencedBefore() {
        next(BrokerRegistration.class).replyTo().tell(ok());
        BrokerHeartbeat whileFenced = next(BrokerHeartbeat.class);
        session.tell(new BrokerSession.MarkReady());
        next(BrokerReady.class).replyTo().tell(ok());
        Awaitility.await().until(progress.live()::isDone);

        whileFenced.replyTo().tell(fenced());

        for (int heartbeats = 0; heartbeats < 3; ) {
            MetadataCommand sent = singleton.receiveMessage(Duration.ofSeconds(5));
            assertThat(sent).isNotInstanceOf(BrokerRegistration.class);
            heartbeats += sent instanceof BrokerHeartbeat ? 1 : 0;
        }
    }

    private static HeartbeatReply fenced() {
        return new HeartbeatReply(1, 0, Errors.NONE, true);
    }

    @Test
    void anAnswerOfALowerEpochIsIgnored() {
        goLive();
        current.show(current.get().withEpoch("c", 5, Optional.empty()).withVersion(1));
        next(BrokerHeartbeat.class);
        next(BrokerHeartbeat.class).replyTo().tell(new HeartbeatReply(4, 0, Errors.STALE_BROKER_EPOCH, true));

        next(BrokerHeartbeat.class);
        singleton.fishForMessage(
                Duration.ofSeconds(5),
                each -> each instanceof BrokerRegistration
                        ? FishingOutcomes.fail("registered again")
                        : ((BrokerHeartbeat) each).imageEpoch() == 5
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore());
    }

    @Test
    void aForeignClusterStopsTheStart() {
        next(BrokerRegistration.class)
                .replyTo()
                .tell(new Done(1, 0, Errors.INCONSISTENT_CLUSTER_ID, "the data directory belongs to cluster x"));

        Awaitility.await().until(() -> !fatal.isEmpty());
        assertThat(fatal).containsExactly("the data directory belongs to cluster x");
    }

    private void awaitToldTimes(int times) {
        Awaitility.await().until(() -> members.told.size() >= times);
    }

    private static ClusterImage imageOf(String cluster, ClusterImage image) {
        return image.withEpoch(cluster, 5, Optional.empty());
    }

    /** Rule 23. */
    @Test
    void whileItCannotRegisterTheOthersAreAskedForTheirImageInTurn() {
        awaitToldTimes(3);

        assertThat(members.toldTo.subList(0, 3)).containsExactly(2, 3, 2);
        assertThat(members.told).allSatisfy(each -> assertThat(each)
                .isEqualTo(new MetadataRelay.ShowImage(new Publication.Wanted(0, 0, follower.getRef()))));
        assertThat(progress.shown()).isNotDone();
    }

    @Test
    void anImageThatKnowsItsDirectoryIsTakenAndItTriesOnToRegister() {
        awaitToldTimes(2);
        current.show(imageOf("c", Images.live(3)));

        Awaitility.await().until(progress.shown()::isDone);
        assertThat(progress.shown().join()).isEqualTo(current.get());
        assertThat(progress.registered()).isNotDone();
        BrokerRegistration registration = next(BrokerRegistration.class);
        registration.replyTo().tell(new Done(5, 0, Errors.NONE, null));
        Awaitility.await().until(progress.registered()::isDone);
        assertThat(fatal).isEmpty();
    }

    @Test
    void anImageInWhichAnotherDirectoryHasItsPlaceIsNotTaken() {
        current.show(imageOf(
                "c",
                new RegisterBroker(
                                1,
                                Images.incarnation(1),
                                new Uuid(8, 8),
                                List.of(),
                                Optional.empty(),
                                Optional.empty(),
                                1)
                        .applyTo(Images.live(3))));
        awaitToldTimes(5);

        assertThat(progress.shown()).isNotDone();
        assertThat(fatal).isEmpty();
    }

    @Test
    void anImageOfAnotherClusterStopsTheStart() {
        current.show(imageOf("other", Images.live(3)));

        Awaitility.await().until(() -> !fatal.isEmpty());
        assertThat(fatal.get(0)).contains("the data directory belongs to cluster c", "holds cluster other");
        assertThat(progress.shown()).isNotDone();
    }

    @Test
    void onAFirstStartNobodyIsAskedForAnImage() {
        kit.stop(session);
        members.told.clear();
        current.show(imageOf("c", Images.live(3)));
        start("");
        for (int tries = 0; tries < 5; ) {
            tries += next(BrokerRegistration.class).clusterId().isEmpty() ? 1 : 0;
        }

        assertThat(members.told).isEmpty();
        assertThat(progress.shown()).isNotDone();
    }

    @Test
    void leavesByControlledShutdown() {
        goLive();
        session.tell(new BrokerSession.ShutDown());
        next(ControlledShutdown.class).replyTo().tell(ok());

        Awaitility.await().until(progress.left()::isDone);
        assertThat(fatal).isEmpty();
    }

    @Test
    void aHeartbeatThatIsNotAnsweredGoesThroughTheOthersInTurn() {
        goLive();
        members.told.clear();
        members.toldTo.clear();
        awaitToldTimes(2);

        assertThat(members.told).allSatisfy(each -> assertThat(
                        ((MetadataRelay.PassOn) each).heartbeat().broker())
                .isEqualTo(1));
        assertThat(members.toldTo.subList(0, 2)).containsExactlyInAnyOrder(2, 3);
        assertThat(fatal).isEmpty();
    }
}
