package dev.ahti.peer;

import static dev.ahti.peer.RecordingHandlers.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ahti.model.PeerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Rule 4: what a dialler takes for a sign of death, and what not. */
class PeerDialerTest {
    private static final PeerIdentity THERE = new PeerIdentity(2, new Uuid(2, 2), 102);
    private static final PeerIdentity SUCCESSOR = new PeerIdentity(2, new Uuid(2, 3), 202);

    private final List<PeerIdentity> gone = new CopyOnWriteArrayList<>();
    private final AtomicInteger alive = new AtomicInteger();
    private TestPeer one;

    @AfterEach
    void stop() {
        one.close();
    }

    private void dial(FakeBroker broker, Duration limit) {
        one = TestPeer.start(1, 101, TestPeer.settings(0, null, limit));
        one.connections.tell(new DeathWitness() {
            @Override
            public void gone(PeerIdentity process, String how) {
                gone.add(process);
            }

            @Override
            public void alive(PeerIdentity process) {
                alive.incrementAndGet();
            }
        });
        one.update(new PeerAddress("127.0.0.1", broker.server.getLocalPort(), 102));
    }

    private static LocalBroker registered(PeerIdentity identity) {
        return new LocalBroker(TestPeer.CLUSTER, identity);
    }

    private void awaitConnections(FakeBroker broker, int more) {
        int before = broker.connections.get();
        await().atMost(LIMIT).until(() -> broker.connections.get() >= before + more);
    }

    @Test
    void closedAndThenRefusedIsASign() throws Exception {
        FakeBroker broker = new FakeBroker(registered(THERE));
        dial(broker, LIMIT);
        one.dialled.opened(1);

        broker.close();

        await().atMost(LIMIT).until(() -> gone.contains(THERE));
    }

    @Test
    void refusedWithoutEverHavingBeenConnectedIsNone() throws Exception {
        FakeBroker broker = new FakeBroker(registered(THERE));
        broker.close();
        dial(broker, LIMIT);

        await().during(Duration.ofMillis(500)).atMost(LIMIT).until(gone::isEmpty);
    }

    @Test
    void closedAndThenTheSameProcessIsALiveOne() throws Exception {
        try (FakeBroker broker = new FakeBroker(registered(THERE))) {
            dial(broker, LIMIT);
            one.dialled.opened(1);

            broker.closeConnections();

            one.dialled.opened(2);
            await().atMost(LIMIT).until(() -> alive.get() >= 2);
            assertThat(gone).isEmpty();
        }
    }

    @Test
    void closedAndThenAnotherProcessIsASign() throws Exception {
        try (FakeBroker broker = new FakeBroker(registered(THERE))) {
            dial(broker, LIMIT);
            one.dialled.opened(1);

            broker.become(registered(SUCCESSOR));
            broker.closeConnections();

            await().atMost(LIMIT).until(() -> gone.contains(THERE));
            assertThat(one.dialled.opened(2).connection.peer()).isEqualTo(SUCCESSOR);
        }
    }

    @Test
    void closedAndThenAnotherProcessThatIsNotRegisteredYetIsASign() throws Exception {
        try (FakeBroker broker = new FakeBroker(registered(THERE))) {
            dial(broker, LIMIT);
            one.dialled.opened(1);

            broker.become(new LocalBroker("", SUCCESSOR));
            broker.closeConnections();

            await().atMost(LIMIT).until(() -> gone.contains(THERE));
            assertThat(gone).containsOnly(THERE);
            assertThat(one.dialled.all).hasSize(1);
        }
    }

    @Test
    void aProcessThatTakesConnectionsAndSaysNothingMayLive() throws Exception {
        try (FakeBroker broker = new FakeBroker(registered(THERE))) {
            dial(broker, Duration.ofMillis(500));
            one.dialled.opened(1);

            broker.become(null);
            broker.closeConnections();

            awaitConnections(broker, 3); // each given up after the time that a hello may take
            assertThat(gone).isEmpty();
        }
    }

    /** Its kernel drops what would connect, so that it goes on trying. */
    @Test
    void anAttemptThatIsGivenUpBeforeThereIsAConnectionEndsWithoutAnError() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> errors = new ListAppender<>();
        errors.start();
        root.addAppender(errors);
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FakeBroker elsewhere = new FakeBroker(registered(SUCCESSOR))) {
            List<SocketChannel> filling = fill(full);
            one = TestPeer.start(1, 101, TestPeer.settings(0, null, LIMIT));
            one.update(new PeerAddress("127.0.0.1", full.getLocalPort(), 102));
            one.update(new PeerAddress("127.0.0.1", elsewhere.server.getLocalPort(), 202));

            one.dialled.opened(1);
            one.close(); // Whatever was to be logged is.
            assertThat(errors.list).noneMatch(each -> each.getLevel() == Level.ERROR);
            for (SocketChannel each : filling) {
                each.close();
            }
        } finally {
            root.detachAppender(errors);
        }
    }

    /** Connects until no more of it is answered. */
    private static List<SocketChannel> fill(ServerSocket server) throws IOException {
        List<SocketChannel> filling = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(server.getLocalSocketAddress());
            filling.add(channel);
        }
        return filling;
    }

    @Test
    void aSilentConnectionIsGivenUpAndDialledAnew() throws Exception {
        // The fake answers no pings.
        try (FakeBroker broker = new FakeBroker(registered(THERE))) {
            dial(broker, Duration.ofMillis(500));

            one.dialled.opened(3);
            assertThat(gone).isEmpty();
        }
    }

    @Test
    void aProcessThatTheImageShowsElsewhereSaysNothingAtItsOldAddress() throws Exception {
        try (FakeBroker broker = new FakeBroker(registered(THERE));
                FakeBroker elsewhere = new FakeBroker(registered(SUCCESSOR))) {
            dial(broker, LIMIT);
            one.dialled.opened(1);

            one.update(new PeerAddress("127.0.0.1", elsewhere.server.getLocalPort(), 202));

            assertThat(one.dialled.opened(2).connection.peer()).isEqualTo(SUCCESSOR);
            assertThat(gone).isEmpty();
        }
    }

    @Test
    void aProcessThatTheImageShowsInItsPlaceIsASign() throws Exception {
        try (FakeBroker broker = new FakeBroker(registered(THERE))) {
            dial(broker, LIMIT);
            one.dialled.opened(1);
            broker.become(registered(SUCCESSOR));

            one.update(new PeerAddress("127.0.0.1", broker.server.getLocalPort(), 202));

            assertThat(one.dialled.opened(2).connection.peer()).isEqualTo(SUCCESSOR);
            await().atMost(LIMIT).until(() -> gone.contains(THERE));
        }
    }
}
