package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.protocol.FrameMutator;
import dev.ahti.protocol.RequestContext;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bytes that no client sends close the connection that sent them, and disturb nobody. */
@Timeout(300)
class HostileBytesTest {
    private static final int FRAMES = Boolean.getBoolean("ahti.long") ? 200_000 : 10_000;

    /** Some answers at once, some from another thread, some never sent. */
    private static CompletionStage<ApiMessage> answer(RequestContext context, ApiMessage request) {
        ApiMessage response = context.apiKey().messageType.newResponse();
        return switch (context.correlationId() & 3) {
            case 0 -> CompletableFuture.supplyAsync(() -> response);
            case 1 -> CompletableFuture.completedFuture(null);
            default -> CompletableFuture.completedFuture(response);
        };
    }

    @Test
    void damagedFramesDisturbNoOtherConnectionAndLeaveNothingBehind() throws Exception {
        try (TestListener listener = TestListener.of(HostileBytesTest::answer);
                TestClient wellBehaved = listener.connect()) {
            FrameMutator mutator = new FrameMutator(11);
            Random random = new Random(11);
            int asked = 0;
            for (int sent = 0; sent < FRAMES; ) {
                try (Socket socket = new Socket(
                        listener.address().getAddress(), listener.address().getPort())) {
                    int burst = 1 + random.nextInt(30);
                    for (int i = 0; i < burst; i++, sent++) {
                        socket.getOutputStream().write(mutator.next());
                    }
                    if (random.nextBoolean()) {
                        socket.setSoLinger(true, 0);
                    }
                } catch (SocketException closedByBroker) {
                    sent++;
                }
                if (++asked % 50 == 0) {
                    // A correlation id that the stub answers.
                    wellBehaved.send(asked * 4 + 2, (short) 4, new ApiVersionsRequestData());
                    assertThat(wellBehaved.receiveCorrelationId()).isEqualTo(asked * 4 + 2);
                }
            }
            await().until(() -> listener.listener.openConnections() == 1);
            await().until(() -> listener.memory.reserved() == 0);
            assertThat(listener.memory.waiting()).isZero();
            assertThat(listener.metrics.connectionsRefused.sum()).isPositive();
        }
    }

    @Test
    void absurdLengthsCloseTheConnectionAtOnce() throws IOException {
        try (TestListener listener = TestListener.of(HostileBytesTest::answer)) {
            for (byte[] length : new byte[][] {
                {-1, -1, -1, -1},
                {127, -1, -1, -1},
                {-128, 0, 0, 0},
                "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                {22, 3, 1, 0}
            }) {
                try (TestClient client = listener.connect()) {
                    client.send(length);
                    assertThat(client.isClosedByBroker()).isTrue();
                }
            }
            assertThat(listener.memory.reserved()).isZero();
        }
    }

    @Test
    void aFrameWithoutContentClosesTheConnection() throws IOException {
        try (TestListener listener = TestListener.of(HostileBytesTest::answer);
                TestClient client = listener.connect()) {
            client.send(new byte[4]);
            assertThat(client.isClosedByBroker()).isTrue();
            await().until(() -> listener.memory.reserved() == 0);
        }
    }
}
