package dev.ahti.peer;

import static dev.ahti.peer.RecordingHandlers.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.model.PeerAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rule 4 with a real process: kill -9 proves, SIGSTOP does not. */
class KilledPeerTest {
    /** Silence is noticed and a hello given up soon, so that a stopped process is dialled anew several times. */
    private static final PeerSettings SHORT = new PeerSettings(
            "127.0.0.1",
            0,
            Optional.empty(),
            1 << 20,
            Duration.ofMillis(200),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(50),
            Duration.ofMillis(200));

    private List<ClusterPeer> survivors;
    private PeerProcess process;

    private void start(List<ClusterPeer> two) throws Exception {
        survivors = two;
        ClusterPeer.form(survivors);
        process = new PeerProcess(survivors);
        Map<Integer, PeerAddress> all = new HashMap<>();
        survivors.forEach(each -> all.put(each.broker, each.connections.address()));
        all.put(PeerProcess.BROKER, process.address);
        survivors.forEach(each -> each.update(all));
        survivors.forEach(each -> each.awaitMembers(3));
        survivors.forEach(each -> await().atMost(LIMIT).until(() -> each.dialled.all.stream()
                .anyMatch(opened -> opened.connection.peer().broker() == PeerProcess.BROKER)));
    }

    @AfterEach
    void stop() throws Exception {
        process.close();
        survivors.forEach(ClusterPeer::close);
    }

    private boolean isMember() {
        return survivors.stream()
                .flatMap(each -> each.members().stream())
                .anyMatch(member -> member.uniqueAddress().longUid() == process.address.uid());
    }

    @Test
    @SuppressWarnings("SystemOut")
    void aKilledProcessIsProvenDeadByBothSurvivorsAndRemoved() throws Exception {
        start(List.of(ClusterPeer.withoutHeartbeats(1, SHORT), ClusterPeer.withoutHeartbeats(2, SHORT)));
        long killed = System.nanoTime();
        process.kill();

        for (ClusterPeer survivor : survivors) {
            await().pollInterval(Duration.ofMillis(5)).atMost(LIMIT).until(() -> survivor.declared.size() == 1);
        }
        long proven = System.nanoTime();
        await().pollInterval(Duration.ofMillis(5)).atMost(LIMIT).until(() -> !isMember());
        long removed = System.nanoTime();

        System.out.printf(
                "kill -9: proven by both after %d ms, removed after %d ms%n",
                (proven - killed) / 1_000_000, (removed - killed) / 1_000_000);
        assertThat(survivors.get(0).declared.get(0).uid()).isEqualTo(process.address.uid());
    }

    @Test
    void aStoppedProcessIsNeverProvenDead() throws Exception {
        start(List.of(ClusterPeer.withHeartbeats(1, SHORT), ClusterPeer.withHeartbeats(2, SHORT)));
        process.signal("STOP");

        // It is redialled all the while; then the heartbeats decide.
        await().atMost(LIMIT).until(() -> !isMember());
        survivors.forEach(survivor -> assertThat(survivor.declared).isEmpty());
        survivors.forEach(survivor -> survivor.awaitMembers(2));
    }
}
