package dev.ahti.network;

import dev.ahti.metrics.RequestMetrics;
import dev.ahti.protocol.EncodedResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/**
 * The requests of one connection that are under way, and their responses until they have gone out: in the order of the
 * requests, whichever is handled first.
 */
final class InFlightRequests {
    private final int max;
    private final RequestMetrics metrics;
    private final Consumer<PendingRequest> failed;
    private final ArrayDeque<PendingRequest> requests = new ArrayDeque<>(4);
    private final ResponseChunks chunks = new ResponseChunks();

    /** @param failed is told of a request that has no answer; those behind it have none either */
    InFlightRequests(int max, RequestMetrics metrics, Consumer<PendingRequest> failed) {
        this.max = max;
        this.metrics = metrics;
        this.failed = failed;
    }

    /** For another request. */
    boolean hasRoom() {
        return requests.size() < max;
    }

    void add(PendingRequest request) {
        requests.add(request);
    }

    /** Whoever handles the oldest request is not done. */
    boolean waitsForHandler() {
        return !requests.isEmpty() && !requests.peek().isDone();
    }

    /** Encodes the responses that come next, as far as they are there, and until they are worth sending. */
    boolean encodeNext() {
        boolean encoded = false;
        while (!chunks.isChunk() && !requests.isEmpty() && requests.peek().isDone()) {
            answer(requests.poll());
            encoded = true;
        }
        return encoded;
    }

    private void answer(PendingRequest done) {
        if (done.failure() != null) {
            // Nothing can be answered after a request without an answer: what follows it is dropped.
            abandon();
            failed.accept(done);
            return;
        }
        EncodedResponse response = done.response();
        if (response != null) {
            chunks.add(response);
        }
        if (done.request() != null) {
            RequestMetrics.Api counts = metrics.of(done.request().apiKey());
            counts.latencies.add(System.nanoTime() - done.receivedNanos());
            counts.responseBytes.add(response == null ? 0 : response.size());
        }
    }

    boolean hasToSend() {
        return !chunks.isEmpty();
    }

    /** @throws IOException if records cannot be read, when a part of their response has gone out already */
    ByteString nextToSend() throws IOException {
        return chunks.next();
    }

    /** Every request is answered, and every response has gone out. */
    boolean isEmpty() {
        return requests.isEmpty() && chunks.isEmpty();
    }

    /** The connection is gone. */
    void close() {
        chunks.close();
        abandon();
    }

    private void abandon() {
        requests.forEach(PendingRequest::abandon);
        requests.clear();
    }
}
