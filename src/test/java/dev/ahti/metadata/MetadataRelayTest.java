package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.MetadataCommand.DatabaseReachable;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metrics.MetadataMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataRelayTest {
    private final ActorTestKit kit = ActorTestKit.create(
            "relay", ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    private final TestProbe<MetadataCommand> singleton = kit.createTestProbe();
    private final TestProbe<Publication> cutOff = kit.createTestProbe();
    private final CurrentImage current = new CurrentImage();
    private final ActorRef<Publication> follower = kit.spawn(ImageFollower.create(
            MetadataNode.settings(1000), current, singleton.getRef(), new LeadershipCounts(1, new MetadataMetrics())));
    private CompletableFuture<Boolean> database = new CompletableFuture<>();
    private final ActorRef<MetadataRelay.Command> relay =
            kit.spawn(MetadataRelay.create(2, singleton.getRef(), follower, () -> database));

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private BrokerHeartbeat heartbeat(long version, ActorRef<HeartbeatReply> replyTo) {
        return new BrokerHeartbeat(3, new Uuid(7, 3), version, 0, Optional.empty(), cutOff.getRef(), replyTo);
    }

    @Test
    void aHeartbeatIsPassedOnAndItsAnswerComesBack() {
        TestProbe<HeartbeatReply> answers = kit.createTestProbe();
        relay.tell(new MetadataRelay.PassOn(heartbeat(0, answers.getRef())));

        BrokerHeartbeat passedOn = singleton.expectMessageClass(BrokerHeartbeat.class);
        assertThat(passedOn.broker()).isEqualTo(3);
        assertThat(passedOn.replyTo()).isNotEqualTo(answers.getRef());
        HeartbeatReply answer = new HeartbeatReply(1, 9, Errors.NONE, false);
        passedOn.replyTo().tell(answer);
        assertThat(answers.receiveMessage()).isEqualTo(answer);
    }

    @Test
    void anIsrProposalIsPassedOnAndItsAnswerComesBack() {
        TestProbe<AlterPartitionReply> answers = kit.createTestProbe();
        relay.tell(
                new MetadataRelay.PassOnProposal(new AlterPartition(3, new Uuid(7, 3), List.of(), answers.getRef())));

        AlterPartition passedOn = singleton.expectMessageClass(AlterPartition.class);
        assertThat(passedOn.broker()).isEqualTo(3);
        assertThat(passedOn.incarnation()).isEqualTo(new Uuid(7, 3));
        assertThat(passedOn.replyTo()).isNotEqualTo(answers.getRef());
        AlterPartitionReply answer = new AlterPartitionReply(1, 9, Errors.NONE, List.of());
        passedOn.replyTo().tell(answer);
        assertThat(answers.receiveMessage()).isEqualTo(answer);
    }

    @Test
    void whoIsCutOffIsGivenWhatItsImageLacks() {
        Publication.Batch first = new Publication.Batch(0, 0, List.of(new SetFeature("a", (short) 1)));
        Publication.Batch second = new Publication.Batch(0, 1, List.of(new SetFeature("b", (short) 1)));
        follower.tell(first);
        follower.tell(second);
        Awaitility.await().until(() -> current.get().version() == 2);

        relay.tell(new MetadataRelay.PassOn(
                heartbeat(1, kit.<HeartbeatReply>createTestProbe().getRef())));
        assertThat(cutOff.receiveMessage()).isEqualTo(second);

        relay.tell(new MetadataRelay.PassOn(
                heartbeat(2, kit.<HeartbeatReply>createTestProbe().getRef())));
        cutOff.expectNoMessage(Duration.ofMillis(200));
    }

    /** Rule 23. */
    @Test
    void aBrokerThatCannotRegisterIsShownTheImage() {
        ClusterImage image = Images.live(3);
        follower.tell(new Publication.Whole(0, dev.ahti.metadata.image.ImageSnapshot.of(image)));

        relay.tell(new MetadataRelay.ShowImage(new Publication.Wanted(0, 0, cutOff.getRef())));

        assertThat(((Publication.Whole) cutOff.receiveMessage()).snapshot().toImage())
                .isEqualTo(image);
        singleton.expectNoMessage(Duration.ofMillis(200));
    }

    @Test
    void afterASnapshotWhoIsCutOffIsGivenASnapshot() {
        ClusterImage image = Images.live(3);
        follower.tell(new Publication.Whole(0, dev.ahti.metadata.image.ImageSnapshot.of(image)));
        Awaitility.await().until(() -> current.get().version() == image.version());

        relay.tell(new MetadataRelay.PassOn(
                heartbeat(1, kit.<HeartbeatReply>createTestProbe().getRef())));

        assertThat(((Publication.Whole) cutOff.receiveMessage()).snapshot().toImage())
                .isEqualTo(image);
    }

    @Test
    void theSingletonIsToldOfADatabaseThatCanBeReachedAndOfNoOther() {
        relay.tell(new MetadataRelay.CheckDatabase(singleton.getRef()));
        database.complete(true);
        assertThat(singleton.receiveMessage()).isEqualTo(new DatabaseReachable(2));

        database = CompletableFuture.completedFuture(false);
        relay.tell(new MetadataRelay.CheckDatabase(singleton.getRef()));
        singleton.expectNoMessage(Duration.ofMillis(200));
    }
}
