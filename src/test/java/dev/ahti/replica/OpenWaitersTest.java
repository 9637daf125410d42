package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenWaitersTest {
    private static final PartitionId ID = new PartitionId(new Uuid(7, 7), 0);

    private final AtomicBoolean open = new AtomicBoolean();
    private final OpenWaiters waiters = new OpenWaiters(id -> open.get());
    private final List<Integer> order = new ArrayList<>();

    private void open() {
        open.set(true);
        waiters.opened(ID);
    }

    @Test
    void theyGoOnInTheOrderInWhichTheyCame() {
        List<Integer> came = IntStream.range(0, 100).boxed().toList();
        came.forEach(each -> waiters.add(ID, () -> order.add(each)));

        open();

        assertThat(order).isEqualTo(came);
        assertThat(waiters.isAwaited(ID)).isFalse();
    }

    /** Else a request could overtake those that waited, once the replica is open. */
    @Test
    void whoComesWhileTheyGoOnGoesBehindThem() throws Exception {
        CountDownLatch firstRuns = new CountDownLatch(1);
        CountDownLatch firstMayEnd = new CountDownLatch(1);
        waiters.add(ID, () -> {
            firstRuns.countDown();
            awaitLatch(firstMayEnd);
            order.add(1);
        });
        waiters.add(ID, () -> order.add(2));
        CompletableFuture<Void> opening = CompletableFuture.runAsync(this::open);
        awaitLatch(firstRuns);

        assertThat(waiters.isAwaited(ID)).isTrue();
        CompletableFuture<Void> late = CompletableFuture.runAsync(() -> waiters.add(ID, () -> order.add(3)));
        firstMayEnd.countDown();
        opening.get(30, TimeUnit.SECONDS);
        late.get(30, TimeUnit.SECONDS);

        assertThat(order).containsExactly(1, 2, 3);
        assertThat(waiters.isAwaited(ID)).isFalse();
    }

    @Test
    void whoWaitsNoLongerIsCalledOnceAndTheOthersGoOnWaiting() {
        Runnable end = waiters.add(ID, () -> order.add(1));
        waiters.add(ID, () -> order.add(2));

        end.run();
        end.run();
        assertThat(order).containsExactly(1);
        assertThat(waiters.isAwaited(ID)).isTrue();

        open();
        assertThat(order).containsExactly(1, 2);
    }

    @Test
    void nothingIsKeptOfWhomNobodyOpensFor() {
        waiters.add(ID, () -> order.add(1)).run();

        assertThat(waiters.isAwaited(ID)).isFalse();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
