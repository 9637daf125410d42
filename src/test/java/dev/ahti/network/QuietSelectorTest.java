package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QuietSelectorTest {
    private static final long LONG_MS = 50_000;

    private AbstractSelector selector;
    private Pipe pipe;

    @BeforeEach
    void open() throws IOException {
        SelectorProvider jdk = SelectorProvider.provider();
        selector = new QuietSelector(jdk, jdk.openSelector());
        pipe = jdk.openPipe();
        pipe.source().configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        selector.close();
        pipe.sink().close();
        pipe.source().close();
    }

    @Test
    void findsWhatIsReadyWithTheAttachmentItWasRegisteredWith() throws Exception {
        pipe.source().register(selector, SelectionKey.OP_READ, "mine");
        write();

        assertThat(selector.select(LONG_MS)).isEqualTo(1);
        assertThat(selector.selectedKeys()).singleElement().satisfies(key -> {
            assertThat(key.attachment()).isEqualTo("mine");
            assertThat(key.isReadable()).isTrue();
        });
    }

    @Test
    void wokenBeforehandItReturnsAtOnceAndOnce() throws Exception {
        selector.wakeup();
        selector.wakeup();

        assertThat(selector.select(LONG_MS)).isZero();
        assertThat(millisecondsOf(() -> selector.select(100))).isGreaterThanOrEqualTo(99);
    }

    @Test
    void wokenAgainAndAgainItLooksAtTheSocketsEverySecondTime() throws Exception {
        pipe.source().register(selector, SelectionKey.OP_READ);
        write();

        selector.wakeup();
        assertThat(selector.select(LONG_MS)).isZero();
        selector.wakeup();
        assertThat(selector.select(LONG_MS)).isEqualTo(1);
    }

    @Test
    void whatIsSwitchedOffAndOnAgainBetweenTwoWaitsIsFound() throws Exception {
        SelectionKey key = pipe.source().register(selector, SelectionKey.OP_READ);
        write();
        assertThat(selector.select(LONG_MS)).isEqualTo(1);
        selector.selectedKeys().clear();
        key.interestOps(0);
        selector.wakeup();
        assertThat(selector.select(LONG_MS)).isZero();
        key.interestOps(SelectionKey.OP_READ);

        assertThat(selector.select(LONG_MS)).isEqualTo(1);
    }

    @Test
    void noWakeUpIsLostHoweverItMeetsTheBeginningAndTheEndOfAWait() throws Exception {
        int rounds = 20_000;
        CyclicBarrier round = new CyclicBarrier(2);
        CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < rounds; i++) {
                meet(round);
                select(LONG_MS);
            }
        });
        for (int i = 0; i < rounds; i++) {
            meet(round);
            for (int spin = i % 300; spin > 0; spin--) {
                Thread.onSpinWait();
            }
            selector.wakeup();
        }

        assertThat(waiter).succeedsWithin(LONG_MS / 2, TimeUnit.MILLISECONDS);
    }

    @Test
    void aClosedChannelIsForgotten() throws Exception {
        pipe.source().register(selector, SelectionKey.OP_READ);
        assertThat(selector.keys()).hasSize(1);

        pipe.source().close();
        selector.selectNow();

        assertThat(selector.keys()).isEmpty();
        assertThat(pipe.source().isRegistered()).isFalse();
    }

    private void write() throws IOException {
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
    }

    private void select(long timeoutMs) {
        try {
            selector.select(timeoutMs);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(LONG_MS, TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    private static long millisecondsOf(Action action) throws IOException {
        long start = System.nanoTime();
        action.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
