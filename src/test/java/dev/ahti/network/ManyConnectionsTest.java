package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker process with a small heap, and more bytes on their way to it than it has memory. */
@Timeout(120)
class ManyConnectionsTest {
    private static final int CONNECTIONS = 2_000;
    private static final int REQUEST_BYTES = 1 << 20;

    /** Where each connection is with its one request and response. */
    private static final class Exchange {
        final ByteBuffer request;
        final ByteBuffer response = ByteBuffer.allocate(512);

        Exchange(ByteBuffer request) {
            this.request = request;
        }

        boolean isAnswered() {
            return response.position() >= 4 && response.position() == 4 + response.getInt(0);
        }
    }

    @Test
    void twoThousandConnectionsThatSendOneMegabyteEachAtOnceAreAllAnswered() throws Exception {
        List<String> options = List.of("-Xmx512m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError");
        Process broker = NetworkLoad.startBroker(options);
        List<SocketChannel> channels = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            InetSocketAddress address = NetworkLoad.address(broker);
            ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_BYTES)
                    .put(NetworkLoad.produceOf(REQUEST_BYTES))
                    .flip();
            for (int i = 0; i < CONNECTIONS; i++) {
                SocketChannel channel = SocketChannel.open(address);
                channels.add(channel);
                channel.setOption(StandardSocketOptions.SO_SNDBUF, 1 << 16);
                channel.configureBlocking(false);
                channel.register(
                        selector, SelectionKey.OP_WRITE | SelectionKey.OP_READ, new Exchange(request.duplicate()));
            }
            int answered = 0;
            while (answered < CONNECTIONS) {
                assertThat(selector.select(30_000))
                        .as("nothing moves, %d answered", answered)
                        .isPositive();
                for (SelectionKey key : selector.selectedKeys()) {
                    answered += proceed(key) ? 1 : 0;
                }
                selector.selectedKeys().clear();
            }
            assertThat(broker.isAlive()).isTrue();
        } finally {
            for (SocketChannel channel : channels) {
                channel.close();
            }
            broker.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static boolean proceed(SelectionKey key) throws Exception {
        Exchange exchange = (Exchange) key.attachment();
        SocketChannel channel = (SocketChannel) key.channel();
        if (key.isWritable()) {
            channel.write(exchange.request);
            if (!exchange.request.hasRemaining()) {
                key.interestOps(SelectionKey.OP_READ);
            }
        }
        if (key.isReadable() && channel.read(exchange.response) < 0) {
            throw new AssertionError("closed before it was answered");
        }
        if (exchange.isAnswered()) {
            key.cancel();
            return true;
        }
        return false;
    }
}
