package dev.ahti.peer;

import static dev.ahti.peer.RecordingHandlers.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import dev.ahti.peer.RecordingHandlers.Recording;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever comes at the port: that connection is closed, and those of the brokers go on. */
class HostilePeersTest {
    private static final ClusterSecret SECRET = new ClusterSecret(Optional.of("s"));
    private static final PeerIdentity RAW = new PeerIdentity(9, new Uuid(9, 9), 109);
    private static TestPeer one;
    private static TestPeer two;

    @BeforeAll
    static void start() {
        // The dialler's own limits are wide: what ends here ends because of the acceptor.
        one = TestPeer.start(1, 101, TestPeer.settings(0, "s", Duration.ofSeconds(60)));
        two = TestPeer.start(2, 102, TestPeer.settings(0, "s", Duration.ofSeconds(3)));
        two.update();
        one.update(two.address());
        one.dialled.opened(1);
        two.accepted.opened(1);
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
    }

    @AfterEach
    void theConnectionOfTheBrokersHasSeenNothing() {
        Recording here = one.dialled.opened(1);
        Recording there = two.accepted.all.stream()
                .filter(recording -> recording.connection.peer().broker() == 1)
                .findFirst()
                .orElseThrow();
        int before = there.received.size();
        here.send(new byte[] {42});
        there.awaitReceived(before + 1);
        assertThat(one.dialled.all).hasSize(1);
        assertThat(there.closed).hasValue(0);
    }

    private static RawPeer connect() throws Exception {
        return new RawPeer(two.port());
    }

    private static Hello hello(PeerIdentity self, String cluster, int target) {
        return new Hello(self, target, cluster, PeerPurpose.REPLICATION, true, Hello.Nonce.random());
    }

    private static RawPeer opened(long uid) throws Exception {
        RawPeer raw = connect();
        raw.open(hello(new PeerIdentity(9, new Uuid(9, uid), uid), TestPeer.CLUSTER, 2), SECRET);
        return raw;
    }

    /** The handler of the raw peer's own connection. */
    private static Recording handler(long uid) {
        await().atMost(LIMIT).until(() -> two.accepted.all.stream()
                .anyMatch(each -> each.connection.peer().uid() == uid));
        return two.accepted.all.stream()
                .filter(each -> each.connection.peer().uid() == uid)
                .findFirst()
                .orElseThrow();
    }

    private static void refused(String reason, Hello hello, ClusterSecret secret) throws Exception {
        try (RawPeer raw = connect()) {
            HelloRefused refused = catchThrowableOfType(HelloRefused.class, () -> raw.open(hello, secret));
            assertThat(refused).hasMessageContaining(reason);
            raw.awaitClosed();
        }
    }

    @Test
    void randomBytesCloseTheConnection() throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < 50; i++) {
            try (RawPeer raw = connect()) {
                byte[] bytes = new byte[1 + random.nextInt(5_000)];
                random.nextBytes(bytes);
                raw.send(bytes);
                raw.socket.shutdownOutput();
                raw.awaitClosed();
            }
        }
        assertThat(two.accepted.all).allMatch(each -> each.connection.peer().broker() != 0);
    }

    @Test
    void anAbsurdLengthClosesTheConnectionAtOnce() throws Exception {
        for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, Hello.MAX_BYTES + 1}) {
            try (RawPeer raw = connect()) {
                raw.send(ByteBuffer.allocate(4).putInt(length).array());
                raw.awaitClosed();
            }
        }
    }

    @Test
    void anAbsurdLengthAfterTheHelloClosesTheConnectionAtOnceAndAllocatesNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int uid = 1_000;
        for (int length : new int[] {-1, Integer.MAX_VALUE, (8 << 20) + 2}) {
            try (RawPeer raw = opened(++uid)) {
                long before = allocated(threads);
                raw.send(ByteBuffer.allocate(4).putInt(length).array());
                raw.awaitClosed();
                handler(uid).awaitClosed();
                assertThat(allocated(threads) - before).isLessThan(8 << 20);
            }
        }
    }

    private static long allocated(ThreadMXBean threads) {
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    @Test
    void framesThatNobodyKnowsCloseTheConnection() throws Exception {
        byte[][] frames = {{}, {7, 1, 2}, {OutgoingFrames.PING}, {OutgoingFrames.PONG, 0, 0, 0, 0, 0, 0, 0, 1}};
        int uid = 2_000;
        for (byte[] frame : frames) {
            try (RawPeer raw = opened(++uid)) {
                raw.sendFrame(frame);
                raw.awaitClosed();
                handler(uid).awaitClosed();
            }
        }
    }

    @Test
    void aHelloThatIsCutOffIsNotWaitedForForEver() throws Exception {
        byte[] whole = Handshake.message(
                Handshake.HELLO, hello(RAW, TestPeer.CLUSTER, 2).encode());
        List<RawPeer> open = new ArrayList<>();
        for (int length : new int[] {0, 1, 3, 20, whole.length - 1}) {
            RawPeer raw = connect();
            open.add(raw);
            byte[] framed = ByteBuffer.allocate(4 + whole.length)
                    .putInt(whole.length)
                    .put(whole)
                    .array();
            raw.send(Arrays.copyOf(framed, length));
        }
        for (RawPeer raw : open) {
            raw.awaitClosed(); // after the time that a hello may take
            raw.close();
        }
    }

    @Test
    void whoIsSilentAfterTheHelloIsCutOff() throws Exception {
        try (RawPeer raw = opened(3_001)) {
            raw.awaitClosed();
            handler(3_001).awaitClosed();
        }
    }

    @Test
    void anotherClusterAnotherSecretAndTheOwnIdAreRefusedWithTheReason() throws Exception {
        refused("belongs to cluster other", hello(RAW, "other", 2), SECRET);
        refused(
                "another ahti.cluster.secret",
                hello(RAW, TestPeer.CLUSTER, 2),
                new ClusterSecret(Optional.of("wrong")));
        refused(
                "no two may have one node.id",
                hello(new PeerIdentity(2, new Uuid(1, 1), 7), TestPeer.CLUSTER, 2),
                SECRET);
        refused("not broker 3", hello(RAW, TestPeer.CLUSTER, 3), SECRET);
        Hello unserved = new Hello(RAW, 2, TestPeer.CLUSTER, PeerPurpose.METADATA, true, Hello.Nonce.random());
        refused("serves no METADATA", unserved, SECRET);
    }

    @Test
    void theNewestConnectionOfABrokerTakesThePlaceOfAnEarlierOne() throws Exception {
        try (RawPeer first = opened(4_001);
                RawPeer second = opened(4_002)) {
            first.awaitClosed();
            second.sendFrame(new byte[] {OutgoingFrames.CONTENT, 5});
            handler(4_002).awaitReceived(1);
            assertThat(handler(4_002).received.get(0)).containsExactly(5);
        }
    }

    @Test
    void whatIsToBeSentWaitsWithTheHandlerWhileTheSocketIsFull() throws Exception {
        try (RawPeer raw = opened(5_001)) {
            Recording handler = handler(5_001);
            int frames = 64;
            for (int i = 0; i < frames; i++) {
                handler.send(new byte[1 << 20]);
            }
            // This side reads nothing, but shows that it lives.
            Thread pings = new Thread(() -> ping(raw));
            pings.start();
            await().during(Duration.ofMillis(300))
                    .atMost(LIMIT)
                    .until(handler.asked::get, asked -> asked > 0 && asked < frames);
            int asked = handler.asked.get();
            assertThat(asked).isLessThan(frames);

            int content = 0;
            while (content < frames) {
                content += raw.receiveFrame()[0] == OutgoingFrames.CONTENT ? 1 : 0;
            }
            pings.interrupt();
            pings.join();
        }
    }

    private static void ping(RawPeer raw) {
        byte[] ping = ByteBuffer.allocate(9).put(OutgoingFrames.PING).putLong(1).array();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                raw.sendFrame(ping);
                Thread.sleep(100);
            }
        } catch (Exception ended) {
            // With the test.
        }
    }
}
