package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Duration A_LITTLE = Duration.ofMillis(1);

    private long nowNanos;
    private final Admission admission = new Admission(Admission.PATIENCE, () -> nowNanos);

    private boolean lastsTooLong(boolean in, Duration later) {
        nowNanos += later.toNanos();
        return admission.lastsTooLong(in);
    }

    @Test
    void outsideItWaitsForAsLongAsItTakes() {
        assertThat(lastsTooLong(false, Duration.ZERO)).isFalse();
        assertThat(lastsTooLong(false, Duration.ofDays(1))).isFalse();
    }

    @Test
    void letInItWaitsForAWhile() {
        assertThat(lastsTooLong(false, Duration.ofHours(1))).isFalse();
        assertThat(lastsTooLong(true, Duration.ofHours(1))).isFalse();
        assertThat(lastsTooLong(true, Admission.PATIENCE)).isFalse();
        assertThat(lastsTooLong(true, A_LITTLE)).isTrue();
    }

    @Test
    void letInAgainItWaitsAnew() {
        assertThat(lastsTooLong(true, Duration.ZERO)).isFalse();
        assertThat(lastsTooLong(false, Admission.PATIENCE)).isFalse();
        assertThat(lastsTooLong(true, A_LITTLE)).isFalse();
        assertThat(lastsTooLong(true, Admission.PATIENCE)).isFalse();
    }

    /** Nobody gives up the first here, as long as which no other is made a member. */
    @Test
    void aNodeThatIsLetInWhereNobodyCanMakeItAMemberFailsItsStart() throws Exception {
        ActorSystem first = node();
        ActorSystem second = node();
        ActorSystem third = node();
        try {
            assertThat(member(first, first, Admission.PATIENCE)).isEqualTo(Done.getInstance());
            assertThat(member(second, first, Admission.PATIENCE)).isEqualTo(Done.getInstance());
            first.terminate();
            await().atMost(Duration.ofSeconds(60)).until(() -> Cluster.get(second)
                    .state()
                    .getUnreachable()
                    .iterator()
                    .hasNext());

            assertThatThrownBy(() -> member(third, second, Duration.ofSeconds(2)))
                    .hasCauseInstanceOf(StartProblem.class)
                    .hasMessageContaining("has let this broker in, but not made it a member");
        } finally {
            first.terminate();
            second.terminate();
            third.terminate();
        }
    }

    private static Done member(ActorSystem node, ActorSystem of, Duration patience) throws Exception {
        CompletionStage<Done> member = Admission.of(node, patience);
        Cluster.get(node).join(Cluster.get(of).selfAddress());
        return member.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** It leaves without a word, and downs nobody. */
    private static ActorSystem node() {
        return ActorSystem.create(
                "admission",
                ConfigFactory.parseString("pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }\n"
                                + "pekko.coordinated-shutdown.run-by-actor-system-terminate = off\n"
                                + "pekko.cluster { downing-provider-class = \"\", roles = [],"
                                + " failure-detector.implementation-class ="
                                + " \"org.apache.pekko.remote.PhiAccrualFailureDetector\" }")
                        .withFallback(ConfigFactory.load()));
    }
}
