package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.protocol.HoldsMemory;
import dev.ahti.protocol.Request;
import dev.ahti.protocol.ResponsePart;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

/** Responses whose bytes are counted. */
class PendingRequestTest {
    private final Held held = new Held();
    private final PendingRequest pending = PendingRequest.of(
            new Request(ApiKeys.FETCH, (short) 17, 1, "client", new FetchRequestData(), 0), System.nanoTime());

    private static final class Held extends FetchResponseData implements HoldsMemory {
        private boolean released;

        @Override
        public void release() {
            released = true;
        }
    }

    @Test
    void theLastPartOfAResponseLetsItsMemoryGo() {
        pending.await(CompletableFuture.completedFuture(held), () -> {}, () -> {});
        var parts = pending.response().parts();

        assertThat(held.released).isFalse();
        ((ResponsePart.Sent) parts.get(parts.size() - 1)).then().run();
        assertThat(held.released).isTrue();
    }

    @Test
    void aResponseThatNobodyWaitsForLetsItsMemoryGoAlsoIfItComesLater() {
        CompletableFuture<ApiMessage> later = new CompletableFuture<>();
        pending.await(later, () -> {}, () -> {});
        pending.abandon();
        later.complete(held);

        assertThat(held.released).isTrue();
    }
}
