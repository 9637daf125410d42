package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CurrentImageTest {
    private final CurrentImage current = new CurrentImage();

    @Test
    void whoWaitsForAVersionIsToldOfItOrOfALaterOne() {
        var second = current.atLeast(2).toCompletableFuture();

        current.show(Images.live(1).withVersion(1));
        assertThat(second).isNotDone();
        current.show(Images.live(1).withVersion(3));
        assertThat(second.join().version()).isEqualTo(3);
    }

    @Test
    void aListenerThatFailsKeepsNobodyFromAChange() {
        List<Long> heard = new ArrayList<>();
        current.onChange((before, after) -> {
            throw new IllegalStateException("cannot take version " + after.version());
        });
        current.onChange((before, after) -> heard.add(after.version()));
        var waiting = current.atLeast(1).toCompletableFuture();

        current.show(Images.live(1).withVersion(1));

        assertThat(heard).containsExactly(1L);
        assertThat(waiting).isDone();
    }
}
