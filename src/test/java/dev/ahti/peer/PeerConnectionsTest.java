package dev.ahti.peer;

import static dev.ahti.peer.RecordingHandlers.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.model.PeerAddress;
import dev.ahti.peer.RecordingHandlers.Recording;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerConnectionsTest {
    private final List<TestPeer> started = new ArrayList<>();

    private TestPeer start(TestPeer peer) {
        started.add(peer);
        return peer;
    }

    @AfterEach
    void stop() {
        started.forEach(TestPeer::close);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void eachDialsTheOtherAndKnowsWhoIsThere() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        one.update(two.address());
        two.update(one.address());

        assertThat(one.dialled.opened(1).connection.peer()).isEqualTo(two.identity());
        assertThat(two.accepted.opened(1).connection.peer()).isEqualTo(one.identity());
        assertThat(two.dialled.opened(1).connection.peer()).isEqualTo(one.identity());
        assertThat(one.accepted.opened(1).connection.peer()).isEqualTo(two.identity());
    }

    @Test
    void framesOfEverySizeArriveWholeAndInOrderBothWays() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        two.update();
        one.update(two.address());
        Recording here = one.dialled.opened(1);
        Recording there = two.accepted.opened(1);
        Random random = new Random(5);
        List<byte[]> frames = new ArrayList<>();
        for (int size : new int[] {0, 1, 4, 100, 0, 64 * 1024, 64 * 1024 - 5, 3 << 20, 7, 8 << 20, 1}) {
            byte[] frame = new byte[size];
            random.nextBytes(frame);
            frames.add(frame);
        }

        for (byte[] frame : frames) {
            here.send(frame);
            there.send(frame);
        }

        there.awaitReceived(frames.size());
        here.awaitReceived(frames.size());
        assertThat(there.received)
                .usingElementComparator(java.util.Arrays::compare)
                .containsExactlyElementsOf(frames);
        assertThat(here.received)
                .usingElementComparator(java.util.Arrays::compare)
                .containsExactlyElementsOf(frames);
    }

    @Test
    void noWakeUpIsLostBetweenThreadsAndNoTwoCallsOverlap() throws Exception {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        two.update();
        one.update(two.address());
        Recording here = one.dialled.opened(1);
        Recording there = two.accepted.opened(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int j = 0; j < 1_000; j++) {
                    here.send(new byte[] {1});
                    there.send(new byte[] {2});
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }

        there.awaitReceived(4_000);
        here.awaitReceived(4_000);
        assertThat(here.overlapped || there.overlapped).isFalse();
    }

    @Test
    void aConnectionThatIsClosedIsDialledAnewAndEachHandlerIsToldOnce() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        two.update();
        one.update(two.address());
        Recording first = one.dialled.opened(1);
        two.accepted.opened(1).connection.close("a test");

        first.awaitClosed();
        one.dialled.opened(2);
        Recording second = two.accepted.opened(2);
        one.dialled.opened(2).connection.close("a test, from this side");
        second.awaitClosed();
        one.dialled.opened(3);

        assertThat(first.closed).hasValue(1);
        assertThat(two.accepted.opened(1).closed).hasValue(1);
    }

    @Test
    void aBrokerThatIsNotThereYetIsDialledUntilItIs() throws Exception {
        int port = freePort();
        TestPeer one = start(TestPeer.start(1));
        one.update(new PeerAddress("127.0.0.1", port, 102));
        TestPeer two = start(TestPeer.start(2, 102, TestPeer.settings(port)));
        two.update();

        assertThat(one.dialled.opened(1).connection.peer()).isEqualTo(two.identity());
    }

    @Test
    void aBrokerThatIsNotRegisteredYetIsDialledUntilItIs() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        one.update(two.address());
        // It listens before it is registered, and says that it is not.
        await().pollDelay(Duration.ZERO).atMost(LIMIT).until(() -> one.dialled.all.isEmpty());
        two.update();

        assertThat(one.dialled.opened(1).connection.peer()).isEqualTo(two.identity());
    }

    @Test
    void aBrokerAtAnotherAddressIsDialledThere() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        TestPeer twoAgain = start(TestPeer.start(2, 202, TestPeer.settings(0)));
        two.update();
        twoAgain.update();
        one.update(two.address());
        Recording first = one.dialled.opened(1);

        one.update(twoAgain.address());

        first.awaitClosed();
        assertThat(one.dialled.opened(2).connection.peer()).isEqualTo(twoAgain.identity());
    }

    @Test
    void anUpdateThatChangesNothingClosesNothing() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        two.update();
        one.update(two.address());
        Recording first = one.dialled.opened(1);
        for (int i = 0; i < 10; i++) {
            one.update(two.address());
        }
        first.send(new byte[5]);

        two.accepted.opened(1).awaitReceived(1);
        assertThat(first.closed).hasValue(0);
        assertThat(one.dialled.all).hasSize(1);
    }

    @Test
    void aNewIncarnationSaysHelloAnewOnAllItsConnections() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        two.update(one.address());
        one.update(two.address());
        one.dialled.opened(1);
        one.accepted.opened(1);

        one.incarnation = new Uuid(77, 77);
        one.update(two.address());

        assertThat(two.accepted.opened(2).connection.peer()).isEqualTo(one.identity());
        assertThat(two.dialled.opened(2).connection.peer()).isEqualTo(one.identity());
    }

    @Test
    void aBrokerThatIsNotInTheClusterAnyMoreIsNotDialled() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        two.update();
        one.update(two.address());
        Recording there = two.accepted.opened(1);

        one.update();

        there.awaitClosed();
        one.update(two.address());
        one.dialled.opened(2);
        assertThat(two.accepted.opened(2)).isNotNull();
        assertThat(one.dialled.all).hasSize(2);
    }

    @Test
    void anIdleConnectionIsHeardAllTheTime() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        two.update();
        one.update(two.address());
        two.accepted.opened(1);
        one.dialled.opened(1);
        long opened = System.nanoTime();

        // Later than anything that the hello can have left behind.
        await().atMost(LIMIT).untilAsserted(() -> {
            long sinceOpened = System.nanoTime() - opened;
            assertThat(one.connections.lastHeard().sinceBroker(2).orElseThrow()).isLessThan(sinceOpened / 2);
            assertThat(two.connections.lastHeard().sinceBroker(1).orElseThrow()).isLessThan(sinceOpened / 2);
            assertThat(one.connections.lastHeard().sinceAnswered(102).orElseThrow())
                    .isLessThan(sinceOpened / 2);
        });
        assertThat(one.connections.lastHeard().reachedWithin(LIMIT)).containsExactly(2);
        assertThat(one.connections.lastHeard().sinceBroker(3)).isEmpty();
    }

    /** Rule 16: as for a process that was stopped until the others had gone on without it. */
    @Test
    void whoIsOutOfSessionHearsTheOtherButHasNotSeenIt() {
        TestPeer one = start(TestPeer.start(1));
        TestPeer two = start(TestPeer.start(2));
        AtomicBoolean inSession = new AtomicBoolean();
        two.connections.vouchForThoseInSession(peer -> peer.equals(one.identity()) && inSession.get());
        two.update();
        one.update(two.address());
        one.dialled.opened(1);
        long opened = System.nanoTime();

        // Something has come since, twice: the answers to two pings.
        for (int i = 0; i < 2; i++) {
            long before = System.nanoTime();
            await().atMost(LIMIT)
                    .until(() -> one.connections.lastHeard().sinceBroker(2).orElseThrow() < System.nanoTime() - before);
        }
        assertThat(one.connections.lastHeard().sinceAnswered(102)).isEmpty();

        inSession.set(true);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        one.connections.lastHeard().sinceAnswered(102).orElseThrow())
                .isLessThan(System.nanoTime() - opened));
    }

    @Test
    void withTheWrongSecretNoConnectionOpens() {
        PeerSettings right = TestPeer.settings(0, "right", Duration.ofSeconds(20));
        TestPeer one = start(TestPeer.start(1, 101, right));
        TestPeer two = start(TestPeer.start(2, 102, TestPeer.settings(0, "wrong", Duration.ofSeconds(20))));
        TestPeer three = start(TestPeer.start(3, 103, right));
        two.update();
        three.update();
        one.update(two.address(), three.address());

        assertThat(one.dialled.opened(1).connection.peer()).isEqualTo(three.identity());
        three.update(two.address(), one.address());
        assertThat(three.dialled.opened(1).connection.peer()).isEqualTo(one.identity());
        assertThat(two.accepted.all).isEmpty();
    }
}
