package dev.ahti.peer;

import static dev.ahti.peer.RecordingHandlers.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.remote.RARP;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.concurrent.Await;
import scala.concurrent.duration.FiniteDuration;

/** Several nodes of a real cluster in one process; an actor system that ends without a word is a process that is killed. */
class DeathWatchTest {
    private final List<ClusterPeer> nodes = new ArrayList<>();

    private ClusterPeer start(ClusterPeer node) {
        nodes.add(node);
        return node;
    }

    private void form(int count) {
        for (int broker = 1; broker <= count; broker++) {
            start(new ClusterPeer(broker));
        }
        ClusterPeer.form(nodes);
    }

    @AfterEach
    void stop() {
        nodes.forEach(ClusterPeer::close);
    }

    private static PeerIdentity identity(ClusterPeer node) {
        return new PeerIdentity(node.broker, new org.apache.kafka.common.Uuid(node.broker, node.uid()), node.uid());
    }

    @Test
    void aNodeThatDiesIsProvenDeadOnAllOthersAndRemovedWithoutItsHeartbeatsBeingMissed() {
        PeerSettings settings = PeerSettings.of("127.0.0.1", 0, Optional.empty());
        for (int broker = 1; broker <= 3; broker++) {
            start(ClusterPeer.withoutHeartbeats(broker, settings));
        }
        ClusterPeer.form(nodes);
        ClusterPeer dead = nodes.get(0); // The oldest, which has the singletons.
        long killed = System.nanoTime();
        dead.system.terminate();

        for (ClusterPeer node : nodes.subList(1, 3)) {
            await().atMost(LIMIT).until(() -> node.declared.contains(identity(dead)));
        }
        long declared = System.nanoTime();
        for (ClusterPeer node : nodes.subList(1, 3)) {
            await().atMost(LIMIT).until(() -> !node.isMember(dead));
        }
        Duration removed = Duration.ofNanos(System.nanoTime() - killed);
        report("declared after " + Duration.ofNanos(declared - killed).toMillis() + " ms, removed after "
                + removed.toMillis() + " ms");
        assertThat(nodes.get(1).isMember(nodes.get(2))).isTrue();
    }

    @Test
    void pekkoTakesEachStepOfARemovalAtOnceHoweverSeldomItLooks() {
        for (int broker = 1; broker <= 3; broker++) {
            start(ClusterPeer.withoutTicks(
                    broker, "gossip-interval", "leader-actions-interval", "unreachable-nodes-reaper-interval"));
        }
        ClusterTicks leader = new ClusterTicks(nodes.get(0).system);
        for (ClusterPeer node : nodes) {
            node.join(nodes.get(0).cluster.selfMember().address());
        }
        for (ClusterPeer node : nodes) {
            await().atMost(LIMIT).until(() -> {
                leader.leaderActions(); // Nobody else has those who join made members.
                return node.isUp(3);
            });
        }
        nodes.forEach(node -> node.update(nodes));
        nodes.forEach(node -> node.dialled.opened(2));
        ClusterPeer dead = nodes.get(2);

        dead.system.terminate();

        for (ClusterPeer node : nodes.subList(0, 2)) {
            await().atMost(LIMIT).until(() -> !node.isMember(dead));
        }
    }

    @SuppressWarnings("SystemOut")
    private static void report(String figures) {
        System.out.println(figures);
    }

    @Test
    void whoIsToBeToldOfADeathIsToldUntilItAnswers() {
        AtomicInteger asked = new AtomicInteger();
        start(new ClusterPeer(1, process -> switch (asked.incrementAndGet()) {
            case 1 -> CompletableFuture.failedFuture(new IllegalStateException("the singleton has died as well"));
            case 2 -> new CompletableFuture<>(); // lost
            default -> CompletableFuture.completedFuture("done");
        }));
        start(new ClusterPeer(2));
        start(new ClusterPeer(3));
        ClusterPeer.form(nodes);

        nodes.get(2).system.terminate();

        await().atMost(LIMIT).until(() -> asked.get() == 3);
        await().during(Duration.ofSeconds(1)).atMost(LIMIT).until(() -> asked.get() == 3);
    }

    @Test
    void ofTwoNodesNothingIsProvenAndHeartbeatsDecide() {
        form(2);
        ClusterPeer dead = nodes.get(1);
        ClusterPeer survivor = nodes.get(0);
        dead.system.terminate();

        await().atMost(LIMIT)
                .until(() -> !survivor.cluster.state().getUnreachable().isEmpty()
                        || !survivor.isMember(dead)
                        || survivor.cluster.isTerminated());
        assertThat(survivor.declared).isEmpty();
    }

    @Test
    void aConnectionThatIsLostAndComesBackProvesNothing() {
        form(3);
        ClusterPeer node = nodes.get(2);
        for (int i = 1; i <= 3; i++) {
            for (RecordingHandlers.Recording each : node.accepted.all) {
                each.connection.close("a test");
            }
            int expected = 2 + 2 * i;
            await().atMost(LIMIT).until(() -> node.accepted.all.size() >= expected);
        }

        assertThat(nodes.get(0).declared).isEmpty();
        assertThat(nodes.get(1).declared).isEmpty();
        nodes.forEach(each -> each.awaitMembers(3));
    }

    @Test
    void aCutBetweenTwoNodesMakesNobodyUnreachableWhileAThirdHearsBoth() throws Exception {
        form(3);
        ClusterPeer one = nodes.get(0);
        ClusterPeer two = nodes.get(1);
        ClusterPeer third = nodes.get(2);
        one.update(List.of(third));
        two.update(List.of(third));
        blackhole(one, two);
        blackhole(two, one);
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();

        // Pause and threshold have passed several times: without the third's word, the two would have downed each
        // other.
        await().during(Duration.ofSeconds(10)).atMost(LIMIT).until(() -> nodes.stream()
                .allMatch(node -> node.members().size() == 3
                        && node.cluster.state().getUnreachable().isEmpty()));
        assertThat(System.nanoTime()).isGreaterThanOrEqualTo(until);
        nodes.forEach(node -> assertThat(node.declared).isEmpty());
    }

    /** Cluster messages from one to the other are lost. */
    @SuppressWarnings("deprecation") // Artery has no other way to say it.
    private static void blackhole(ClusterPeer from, ClusterPeer to) throws Exception {
        var command = new ThrottlerTransportAdapter.SetThrottle(
                to.cluster.selfMember().address(),
                // Java has no name for an object within an object.
                (ThrottlerTransportAdapter.Direction)
                        Class.forName(ThrottlerTransportAdapter.Direction.class.getName() + "$Both$")
                                .getField("MODULE$")
                                .get(null),
                ThrottlerTransportAdapter.Blackhole$.MODULE$);
        RARP remoting = (RARP) RARP.get(from.system.classicSystem());
        Await.result(
                remoting.provider().transport().managementCommand(command), FiniteDuration.apply(20, TimeUnit.SECONDS));
    }
}
