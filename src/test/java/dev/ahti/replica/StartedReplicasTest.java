package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.model.PartitionId;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class StartedReplicasTest {
    private static final TopicPartition NAME = new TopicPartition("t", 0);
    private final PartitionId first = new PartitionId(Uuid.randomUuid(), 0);
    private final PartitionId second = new PartitionId(Uuid.randomUuid(), 0);
    private final TestInbox<PartitionReplicaCommand> actor = TestInbox.create();
    private final List<PartitionId> launched = new ArrayList<>();
    private final StartedReplicas replicas = new StartedReplicas(launched::add);

    private void launch(PartitionId id) {
        replicas.want(id, NAME);
        replicas.launch();
    }

    private void run(PartitionId id) {
        launch(id);
        replicas.started(id, actor.getRef());
        replicas.settled(id, false);
    }

    /** Otherwise the new one would set the directory aside as a stray while the old one still writes there. */
    @Test
    void shouldNotLaunchATopicOfTheSameNameBeforeTheEarlierHasStopped() {
        run(first);
        replicas.close(first, Close.DELETE_FILES);
        launch(second);
        assertThat(launched).containsExactly(first);
        assertThat(replicas.opening()).isEqualTo(1);

        replicas.stopped(first, true);
        replicas.launch();

        assertThat(launched).containsExactly(first, second);
        assertThat(actor.getAllReceived()).containsExactly(MetadataChanged.INSTANCE, Close.DELETE_FILES);
    }

    @Test
    void shouldLaunchAgainWhatIsAssignedBackWhileItCloses() {
        run(first);
        replicas.close(first, Close.KEEP_FILES);
        replicas.want(first, NAME);
        replicas.stopped(first, true);
        replicas.launch();

        assertThat(launched).containsExactly(first, first);
    }

    @Test
    void shouldNotLaunchAtOnceWhatStoppedByItself() {
        run(first);
        replicas.stopped(first, false);
        replicas.launch();
        assertThat(launched).as("a defect must not become a busy loop").containsExactly(first);

        replicas.launchAgain();
        assertThat(launched).containsExactly(first, first);
        assertThat(replicas.allClosedCleanly()).isFalse();
    }

    /** It may be opening the directory at this moment. */
    @Test
    void shouldKeepTheDirectoryForAReplicaThatIsClosedBeforeItIsHeardOf() {
        launch(first);
        replicas.close(first, Close.DELETE_FILES);
        launch(second);
        assertThat(launched).containsExactly(first);

        replicas.started(first, actor.getRef());
        replicas.launch();
        actor.expectMessage(Close.DELETE_FILES);
        assertThat(launched).containsExactly(first);

        replicas.stopped(first, true);
        replicas.launch();
        assertThat(launched).containsExactly(first, second);
    }

    @Test
    void shouldAskAgainForAReplicaThatIsClosedBeforeItIsHeardOf() {
        launch(first);
        replicas.close(first, Close.KEEP_FILES);
        assertThat(replicas.opening()).isZero();
        assertThat(replicas.awaitsAnswers()).isTrue();

        replicas.launchAgain();
        assertThat(launched).as("its start may have been lost").containsExactly(first, first);

        replicas.stopped(first, true);
        assertThat(replicas.awaitsAnswers()).isFalse();
        assertThat(replicas.size()).isZero();
    }

    @Test
    void shouldExpectNothingMoreOfAReplicaThatRunsAfterAnEarlierStartOfItHasStopped() {
        launch(first);
        replicas.launchAgain();
        replicas.stopped(first, true);

        replicas.started(first, actor.getRef());
        replicas.settled(first, false);

        assertThat(replicas.opening()).isZero();
        assertThat(replicas.awaitsAnswers()).isFalse();
    }

    @Test
    void shouldNotWaitWhenAllIsClosedForWhatIsNotHeardOf() {
        launch(first);
        replicas.want(second, new TopicPartition("u", 0));
        replicas.launch();
        replicas.close(second, Close.KEEP_FILES);

        replicas.closeAll();
        assertThat(replicas.size()).isZero();
        assertThat(replicas.awaitsAnswers()).isFalse();

        replicas.started(first, actor.getRef());
        actor.expectMessage(Close.KEEP_FILES);
    }
}
