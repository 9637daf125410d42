package dev.ahti.replica;

import static dev.ahti.replica.ReplicaBrokers.PATIENCE;
import static dev.ahti.replica.ReplicaFixture.append;
import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.replica.LocalReplica.AppendResult;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers in this JVM: what the leader appends, the followers have. */
class ReplicationTest {
    private static final ActorTestKit KIT = LocalActors.start();

    @TempDir
    Path path;

    private ReplicaBrokers brokers;

    @BeforeEach
    void start() throws Exception {
        brokers = new ReplicaBrokers(KIT, path);
    }

    @AfterEach
    void close() throws Exception {
        brokers.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static AppendResult get(CompletableFuture<AppendResult> answer) {
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private ReplicaHandle threeReplicas(Map<String, String> configs) {
        brokers.createTopic(configs, 1, 2, 3);
        brokers.network.dialAll();
        return brokers.awaitLeader(1);
    }

    @Test
    void shouldHaveOnEveryFollowerWhatTheLeaderAppends() {
        ReplicaHandle leader = threeReplicas(Map.of());

        AppendResult first = get(append(leader, -1, records("a", "b")));
        AppendResult second = get(append(leader, -1, records("c")));

        assertThat(first.error()).isEqualTo(Errors.NONE);
        assertThat(second.baseOffset()).isEqualTo(2);
        assertThat(leader.highWatermark()).isEqualTo(3);
        for (int follower = 2; follower <= 3; follower++) {
            assertThat(brokers.replica(follower).log().logEndOffset()).isEqualTo(3);
            // Nothing follows: the high watermark comes alone (rule 14).
            brokers.awaitHighWatermark(follower, 3);
        }
    }

    @Test
    void shouldWaitForEveryInSyncReplicaAndGoOnWithoutTheOneThatIsGone() {
        ReplicaHandle leader = threeReplicas(Map.of());
        get(append(leader, -1, records("a")));

        brokers.network.cut(3, 1);
        CompletableFuture<AppendResult> waiting = append(leader, -1, records("b"));
        brokers.awaitLogEnd(2, 2);
        assertThat(waiting).isNotDone();

        // Rule 5: closed for one session.
        brokers.awaitIsr(1, 2);
        assertThat(get(waiting).error()).isEqualTo(Errors.NONE);

        brokers.network.dial(3, 1);
        brokers.awaitIsr(1, 2, 3);
        assertThat(brokers.replica(3).log().logEndOffset()).isEqualTo(2);
        get(append(leader, -1, records("c")));
        await().atMost(PATIENCE).until(() -> brokers.replica(3).log().logEndOffset() == 3);
    }
}
