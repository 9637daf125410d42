package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestMemoryTest {
    private final RequestMemory memory = new RequestMemory(100);
    private final List<String> granted = new ArrayList<>();

    private RequestMemory.Waiter reserve(long bytes, String name) {
        return memory.reserve(bytes, () -> granted.add(name));
    }

    @Test
    void grantsAtOnceWhatFits() {
        assertThat(reserve(60, "a")).isNull();
        assertThat(reserve(40, "b")).isNull();
        assertThat(memory.reserved()).isEqualTo(100);
        assertThat(granted).isEmpty();
    }

    @Test
    void wakesThoseThatWaitInTheOrderOfAskingAsFarAsItGoes() {
        reserve(100, "holder");
        reserve(70, "first");
        reserve(20, "second");
        reserve(20, "third");
        memory.release(50);
        assertThat(granted).isEmpty();
        memory.release(50);
        assertThat(granted).containsExactly("first", "second");
        memory.release(70);
        assertThat(granted).containsExactly("first", "second", "third");
        assertThat(memory.reserved()).isEqualTo(40);
    }

    @Test
    void aSmallFrameDoesNotOvertakeALargeOneThatWaits() {
        reserve(90, "holder");
        reserve(50, "large");
        assertThat(reserve(5, "small")).isNotNull();
        memory.release(90);
        assertThat(granted).containsExactly("large", "small");
    }

    @Test
    void aFrameLargerThanTheBoundPassesWhenNothingElseIsHeld() {
        reserve(1, "holder");
        reserve(500, "huge");
        assertThat(granted).isEmpty();
        memory.release(1);
        assertThat(granted).containsExactly("huge");
        assertThat(reserve(1, "next")).isNotNull();
        memory.release(500);
        assertThat(granted).containsExactly("huge", "next");
    }

    @Test
    void aWaiterThatIsCancelledLeavesTheQueueAndLetsTheNextOneThrough() {
        reserve(90, "holder");
        RequestMemory.Waiter large = reserve(50, "large");
        reserve(10, "small");
        large.cancel();
        assertThat(granted).containsExactly("small");
        assertThat(memory.waiting()).isZero();
        assertThat(memory.reserved()).isEqualTo(100);
    }

    @Test
    void aWaiterThatIsCancelledAfterItWasGrantedGivesItBack() {
        reserve(100, "holder");
        RequestMemory.Waiter waiter = reserve(50, "late");
        memory.release(100);
        waiter.cancel();
        assertThat(memory.reserved()).isZero();
    }

    @Test
    void whatIsAddedBeyondTheBoundMakesOthersWait() {
        memory.add(150);
        assertThat(reserve(1, "next")).isNotNull();
        memory.release(150);
        assertThat(granted).containsExactly("next");
    }

    @Test
    void aLargeFrameCostsTheRegionsThatItTakes() {
        assertThat(RequestMemory.cost(0)).isEqualTo(1);
        assertThat(RequestMemory.cost(1000)).isEqualTo(1000);
        assertThat(RequestMemory.cost(1 << 20)).isEqualTo(2 << 20);
    }

    @Test
    void nobodyIsForgottenAndNothingIsLostWhenManyThreadsReserveCancelAndRelease() throws InterruptedException {
        RequestMemory shared = new RequestMemory(1000);
        AtomicLong most = new AtomicLong();
        int threads = 4;
        int rounds = 5_000;
        CountDownLatch served = new CountDownLatch(threads * rounds);
        for (int t = 0; t < threads; t++) {
            new Thread(() -> {
                        for (int i = 0; i < rounds; i++) {
                            once(shared, most, served);
                        }
                    })
                    .start();
        }
        assertThat(served.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(shared.reserved()).isZero();
        assertThat(shared.waiting()).isZero();
        assertThat(most.get()).isLessThanOrEqualTo(1000);
    }

    private static void once(RequestMemory memory, AtomicLong most, CountDownLatch served) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long bytes = random.nextLong(1, 601);
        Executor inline = Runnable::run;
        CompletableFuture<Void> granted = new CompletableFuture<>();
        RequestMemory.Waiter waiter = memory.reserve(bytes, () -> granted.complete(null));
        if (waiter != null && random.nextInt(3) == 0) {
            waiter.cancel();
            served.countDown();
        } else {
            (waiter == null ? CompletableFuture.completedFuture(null) : granted)
                    .thenRunAsync(
                            () -> {
                                most.accumulateAndGet(memory.reserved(), Math::max);
                                memory.release(bytes);
                                served.countDown();
                            },
                            inline);
        }
    }
}
