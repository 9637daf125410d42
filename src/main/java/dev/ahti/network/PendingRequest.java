package dev.ahti.network;

import dev.ahti.protocol.EncodedResponse;
import dev.ahti.protocol.HoldsMemory;
import dev.ahti.protocol.Request;
import dev.ahti.protocol.ResponseEncoder;
import dev.ahti.protocol.ResponsePart;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A request between being decoded and its response being sent: one place in the order of its connection. Completed by
 * whichever thread has the answer; everything else is the connection's.
 */
final class PendingRequest {
    /** Null for what the protocol itself answers. */
    private final Request request;

    private final long receivedNanos;
    private final EncodedResponse answer;
    private CompletionStage<? extends ApiMessage> stage;
    private ApiMessage response;
    private Throwable failure;
    private volatile boolean done;

    private PendingRequest(Request request, long receivedNanos, EncodedResponse answer) {
        this.request = request;
        this.receivedNanos = receivedNanos;
        this.answer = answer;
        this.done = answer != null;
    }

    static PendingRequest of(Request request, long receivedNanos) {
        return new PendingRequest(request, receivedNanos, null);
    }

    static PendingRequest answered(EncodedResponse answer) {
        return new PendingRequest(null, 0, answer);
    }

    /**
     * @param handled runs once when the request's bytes may be let go, on any thread
     * @param wakeUp runs after it, unless the answer is there already
     */
    void await(CompletionStage<? extends ApiMessage> stage, Runnable handled, Runnable wakeUp) {
        this.stage = stage;
        if (stage instanceof CompletableFuture<? extends ApiMessage> future
                && future.isDone()
                && !future.isCompletedExceptionally()) {
            complete(future.getNow(null), null, handled);
        } else {
            stage.whenComplete((message, error) -> {
                complete(message, error, handled);
                wakeUp.run();
            });
        }
    }

    private void complete(ApiMessage message, Throwable error, Runnable handled) {
        response = message;
        failure = error;
        handled.run();
        done = true;
    }

    boolean isDone() {
        return done;
    }

    Request request() {
        return request;
    }

    long receivedNanos() {
        return receivedNanos;
    }

    /** Null unless the request failed, and the connection with it. */
    Throwable failure() {
        return failure;
    }

    /** Null where none is sent. */
    EncodedResponse response() {
        if (answer != null) {
            return answer;
        }
        if (response == null) {
            return null;
        }
        EncodedResponse encoded = ResponseEncoder.encode(request, response);
        if (response instanceof HoldsMemory held) {
            List<ResponsePart> parts = new ArrayList<>(encoded.parts());
            parts.add(new ResponsePart.Sent(held::release));
            return new EncodedResponse(parts, encoded.size());
        }
        return encoded;
    }

    /** Nobody waits for the answer any more, whether it is there or still to come. */
    void abandon() {
        if (stage != null) {
            stage.whenComplete((message, error) -> {
                if (message instanceof HoldsMemory held) {
                    held.release();
                }
            });
        }
    }
}
