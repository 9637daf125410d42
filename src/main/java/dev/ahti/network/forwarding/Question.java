package dev.ahti.network.forwarding;

import dev.ahti.api.virtual.Part;
import dev.ahti.protocol.EncodedResponse;
import dev.ahti.protocol.MessageBodies;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.pekko.util.ByteString;

/** One part of a request on its way to another broker and back. */
final class Question {
    static final int NOT_SENT = 0;

    private final Part part;
    private final EncodedResponse body;
    private final CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
    private volatile int id = NOT_SENT;

    Question(Part part) {
        this.part = part;
        this.body = MessageBodies.encode(part.request(), part.context().apiVersion());
    }

    int bytes() {
        return body.size();
    }

    int id() {
        return id;
    }

    void id(int given) {
        id = given;
    }

    /** Null where it would come too late, or nobody waits for it any more. */
    ByteString frame() {
        boolean late = part.deadlineNanos() - System.nanoTime() <= 0 && !waitHasEnded();
        return late || answer.isDone() ? null : ForwardingCodec.request(id, part, body);
    }

    boolean waitHasEnded() {
        return part.context().endWait() != null && part.context().endWait().isDone();
    }

    ApiKeys apiKey() {
        return part.context().apiKey();
    }

    short apiVersion() {
        return part.context().apiVersion();
    }

    CompletableFuture<ApiMessage> answer() {
        return answer;
    }

    void succeed(ApiMessage message) {
        answer.complete(message);
    }

    void fail(RuntimeException failure) {
        answer.completeExceptionally(failure);
    }
}
