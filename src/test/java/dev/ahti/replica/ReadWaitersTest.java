package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.replica.LocalReplica.Leadership;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ReadWaitersTest {
    private final AtomicInteger woken = new AtomicInteger();

    private static ReplicaState state(long highWatermark) {
        return new ReplicaState(new Leadership(1, 0, true, highWatermark, 0), highWatermark, Errors.NONE);
    }

    private ReadWaiters waiters(Supplier<ReplicaState> state) {
        return new ReadWaiters(null, state);
    }

    @Test
    void shouldLoseNoWakeUpThatComesRightAfterTheLookAtTheState() {
        ReadWaiters[] waiters = new ReadWaiters[1];
        waiters[0] = waiters(() -> {
            // The replica raises its high watermark just after we have seen the earlier one.
            ReplicaState seen = state(5);
            waiters[0].highWatermarkRaisedTo(6);
            return seen;
        });

        waiters[0].add(5, any -> woken.incrementAndGet());

        assertThat(woken).hasValue(1);
    }

    @Test
    void shouldLoseNoWakeUpThatCameBeforeTheLookAtTheState() {
        waiters(() -> state(6)).add(5, any -> woken.incrementAndGet());

        assertThat(woken).hasValue(1);
    }

    @Test
    void shouldWakeOnce() {
        ReadWaiters waiters = waiters(() -> state(5));
        waiters.add(5, any -> woken.incrementAndGet());

        waiters.highWatermarkRaisedTo(6);
        waiters.highWatermarkRaisedTo(7);
        waiters.wakeAll();

        assertThat(woken).hasValue(1);
        assertThat(waiters.size()).isZero();
    }

    @Test
    void shouldKeepNothingOfAWaitThatWasCancelled() {
        ReadWaiters waiters = waiters(() -> state(5));
        waiters.add(5, any -> woken.incrementAndGet()).run();

        waiters.wakeAll();

        assertThat(woken).hasValue(0);
        assertThat(waiters.size()).isZero();
    }
}
