package dev.ahti.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Rule 28: who is let in, and what is said to who is not. */
class HandshakeTest {
    private static final PeerIdentity ONE = new PeerIdentity(1, new Uuid(1, 11), 101);
    private static final PeerIdentity TWO = new PeerIdentity(2, new Uuid(1, 22), 202);
    private static final Set<PeerPurpose> ALL = EnumSet.allOf(PeerPurpose.class);

    private record Side(LocalBroker broker, String secret) {
        static Side of(String cluster, PeerIdentity identity, String secret) {
            return new Side(new LocalBroker(cluster, identity), secret);
        }

        ClusterSecret clusterSecret() {
            return new ClusterSecret(Optional.ofNullable(secret));
        }
    }

    private static DiallerHandshake dialler(Side side, int target) {
        Hello hello = side.broker()
                .hello(target, PeerPurpose.REPLICATION, side.clusterSecret().isSet());
        return new DiallerHandshake(hello, side.clusterSecret());
    }

    private static AcceptorHandshake acceptor(Side side, Set<PeerPurpose> served) {
        return new AcceptorHandshake(side::broker, served, side.clusterSecret());
    }

    /** Passes the messages to and fro until both are done; the refusal that the acceptor makes reaches the dialler. */
    private static void exchange(Handshake dialler, Handshake acceptor) throws HelloRefused {
        byte[] message = dialler.begin();
        while (message != null) {
            byte[] answer;
            try {
                answer = acceptor.onMessage(ByteBuffer.wrap(message));
            } catch (HelloRefused refused) {
                if (refused.answer() == null) {
                    throw refused;
                }
                answer = refused.answer();
            }
            message = answer == null ? null : dialler.onMessage(ByteBuffer.wrap(answer));
        }
    }

    private static HelloRefused refusal(Side dialler, int target, Side acceptor) {
        AcceptorHandshake accepting = acceptor(acceptor, ALL);
        HelloRefused refused =
                catchThrowableOfType(HelloRefused.class, () -> exchange(dialler(dialler, target), accepting));
        assertThat(accepting.peer()).isNull();
        return refused;
    }

    @Test
    void bothLearnWhoIsThereAndWhatFor() throws HelloRefused {
        for (String secret : new String[] {null, "s"}) {
            DiallerHandshake dialler = dialler(Side.of("c", ONE, secret), 2);
            AcceptorHandshake acceptor = acceptor(Side.of("c", TWO, secret), ALL);

            exchange(dialler, acceptor);

            assertThat(dialler.peer()).isEqualTo(TWO);
            assertThat(acceptor.peer()).isEqualTo(ONE);
            assertThat(acceptor.purpose()).isEqualTo(PeerPurpose.REPLICATION);
        }
    }

    @Test
    void anotherSecretIsRefusedAndSaidSo() {
        assertThat(refusal(Side.of("c", ONE, "right"), 2, Side.of("c", TWO, "wrong")))
                .hasMessageContaining("has another ahti.cluster.secret");
    }

    @Test
    void aSecretAtOneSideOnlyIsRefusedAndSaidSo() {
        assertThat(refusal(Side.of("c", ONE, "s"), 2, Side.of("c", TWO, null)))
                .hasMessageContaining("broker 1 has ahti.cluster.secret and broker 2 has none");
        assertThat(refusal(Side.of("c", ONE, null), 2, Side.of("c", TWO, "s")))
                .hasMessageContaining("broker 2 has ahti.cluster.secret and broker 1 has none");
    }

    @Test
    void anotherClusterIsRefused() {
        assertThat(refusal(Side.of("mine", ONE, "s"), 2, Side.of("other", TWO, "s")))
                .hasMessageContaining("belongs to cluster mine");
    }

    @Test
    void whoeverHasTheSameBrokerIdIsRefused() {
        PeerIdentity twin = new PeerIdentity(1, new Uuid(1, 12), 102);

        assertThat(refusal(Side.of("c", ONE, null), 1, Side.of("c", twin, null)))
                .hasMessageContaining("no two may have one node.id");
    }

    @Test
    void anotherBrokerThanTheOneThatIsMeantIsRefused() {
        assertThat(refusal(Side.of("c", ONE, null), 3, Side.of("c", TWO, null))).hasMessageContaining("not broker 3");
    }

    @Test
    void aBrokerThatIsNotRegisteredLetsNobodyInButProvesWhichProcessItIs() {
        HelloRefused refused = refusal(Side.of("c", ONE, "s"), 2, Side.of("", TWO, "s"));

        assertThat(refused).hasMessageContaining("not registered yet");
        assertThat(refused.peer()).isEqualTo(TWO);
    }

    @Test
    void whoDoesNotKnowTheSecretCannotPassForAnotherProcess() {
        // An acceptor that guesses: its refusal must not count as a hello with another uid.
        PeerIdentity impostor = new PeerIdentity(2, new Uuid(1, 23), 203);
        DiallerHandshake dialler = dialler(Side.of("c", ONE, "s"), 2);
        Hello hello = new LocalBroker("", impostor).hello(1, PeerPurpose.REPLICATION, true);
        dialler.begin();

        HelloRefused refused = catchThrowableOfType(HelloRefused.class, () -> {
            dialler.onMessage(ByteBuffer.wrap(Handshake.message(Handshake.HELLO, hello.encode())));
            dialler.onMessage(ByteBuffer.wrap(Handshake.refusal("go away", new byte[32])));
        });

        assertThat(refused).hasMessageContaining("go away");
        assertThat(refused.peer()).isNull();
    }

    @Test
    void aPurposeThatIsNotServedIsRefused() {
        AcceptorHandshake acceptor = acceptor(Side.of("c", TWO, null), EnumSet.of(PeerPurpose.FORWARDING));

        assertThatThrownBy(() -> exchange(dialler(Side.of("c", ONE, null), 2), acceptor))
                .hasMessageContaining("serves no REPLICATION");
    }

    @Test
    void aProofIsGoodForOneConnectionAndOneSide() throws HelloRefused {
        Side one = Side.of("c", ONE, "s");
        Side two = Side.of("c", TWO, "s");
        DiallerHandshake first = dialler(one, 2);
        byte[] recordedHello = first.begin();
        byte[] recordedProof =
                first.onMessage(ByteBuffer.wrap(acceptor(two, ALL).onMessage(ByteBuffer.wrap(recordedHello))));
        AcceptorHandshake later = acceptor(two, ALL);
        later.onMessage(ByteBuffer.wrap(recordedHello));

        assertThatThrownBy(() -> later.onMessage(ByteBuffer.wrap(recordedProof)))
                .hasMessageContaining("another ahti.cluster.secret");
        assertThat(later.peer()).isNull();
    }

    @Test
    void messagesOutOfTurnAreRefused() {
        AcceptorHandshake acceptor = acceptor(Side.of("c", TWO, null), ALL);

        for (byte type : new byte[] {Handshake.PROOF, Handshake.ACCEPTED, Handshake.REFUSED, 77}) {
            assertThatThrownBy(() -> acceptor.onMessage(ByteBuffer.wrap(Handshake.message(type, new byte[40]))))
                    .isInstanceOf(HelloRefused.class);
        }
        assertThatThrownBy(() -> acceptor.onMessage(ByteBuffer.allocate(0))).isInstanceOf(HelloRefused.class);
    }

    @Test
    void damagedHellosAreRefusedAndNothingElseHappens() {
        byte[] hello = Side.of("c", ONE, null)
                .broker()
                .hello(2, PeerPurpose.REPLICATION, false)
                .encode();
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = java.util.Arrays.copyOf(hello, random.nextInt(hello.length + 10));
            for (int flips = random.nextInt(4); flips >= 0 && damaged.length > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            AcceptorHandshake acceptor = acceptor(Side.of("c", TWO, null), ALL);
            try {
                acceptor.onMessage(ByteBuffer.wrap(Handshake.message(Handshake.HELLO, damaged)));
            } catch (HelloRefused expected) {
                assertThat(expected).hasMessageNotContaining("Exception");
            }
            assertThat(acceptor.peer()).isNull();
        }
    }
}
