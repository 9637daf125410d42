package dev.ahti.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SlotsInServiceTest {
    private final SlotsInService slots = new SlotsInService();

    @Test
    void whoWaitsIsToldWhenTheSlotEnters() {
        CompletableFuture<Void> change = slots.change(3);
        slots.entered(4);
        assertThat(change).isNotDone();

        slots.entered(3);

        assertThat(change).isDone();
        assertThat(slots.has(3)).isTrue();
        assertThat(slots.change(3)).isDone();
    }

    @Test
    void whoWaitsIsLetGoWhenTheSlotLeavesBeforeItHasEntered() {
        CompletableFuture<Void> change = slots.change(3);

        slots.left(3);

        assertThat(change).isDone();
        assertThat(slots.has(3)).isFalse();
        assertThat(slots.change(3)).isNotDone();
    }
}
