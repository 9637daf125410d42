package dev.ahti.network.forwarding;

import dev.ahti.api.CloseConnection;
import dev.ahti.api.virtual.LocalAnswers;
import dev.ahti.api.virtual.NothingDone;
import dev.ahti.api.virtual.Part;
import dev.ahti.peer.MalformedFrame;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.protocol.InvalidRequest;
import dev.ahti.protocol.MessageBodies;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What another broker hands on to this one, over the connection that it dialled: answered by this broker's own handlers,
 * whenever they have the answer. Records are read from their log when the connection has room for them.
 */
final class ForwardedRequests implements PeerHandler {
    private static final Logger log = LoggerFactory.getLogger(ForwardedRequests.class);

    private final PeerConnection connection;
    private final Supplier<LocalAnswers> local;
    private final Map<Integer, CompletableFuture<Void>> endWaits = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unanswered = new AtomicInteger();

    /** @param local null as long as this broker answers nothing yet */
    ForwardedRequests(PeerConnection connection, Supplier<LocalAnswers> local) {
        this.connection = connection;
        this.local = local;
    }

    @Override
    public void onFrame(ByteBuffer frame) {
        try {
            byte type = frame.get();
            if (type == ForwardingCodec.REQUEST) {
                onRequest(ForwardingCodec.readRequest(frame));
            } else if (type == ForwardingCodec.END_WAIT) {
                CompletableFuture<Void> endWait = endWaits.get(frame.getInt());
                if (endWait != null) {
                    endWait.complete(null);
                }
            } else {
                throw new MalformedFrame("no request has type " + type);
            }
        } catch (MalformedFrame | InvalidRequest | BufferUnderflowException e) {
            connection.close("what was handed on cannot be read: " + e.getMessage());
        }
    }

    private void onRequest(ForwardedRequest request) {
        ApiMessage body = MessageBodies.readRequest(
                request.context().apiKey(), request.context().apiVersion(), request.body());
        if (unanswered.incrementAndGet() > ForwardingLink.MAX_UNANSWERED) {
            throw new MalformedFrame("more requests than a broker hands on at once");
        }
        if (endWaits.putIfAbsent(request.id(), request.context().endWait()) != null) {
            throw new MalformedFrame("request " + request.id() + " twice");
        }
        LocalAnswers handlers = local.get();
        if (handlers == null || request.deadlineNanos() - System.nanoTime() < 0) {
            done(Answer.of(AnswerType.NOTHING_DONE, request.id()));
            return;
        }
        Part part = new Part(request.context(), body, request.leaders(), request.deadlineNanos());
        handlers.answer(part).whenComplete((message, failure) -> done(answer(request, message, failure)));
    }

    private static Answer answer(ForwardedRequest request, ApiMessage message, Throwable failure) {
        if (failure != null) {
            Throwable cause = Errors.maybeUnwrapException(failure);
            if (cause instanceof CloseConnection close) {
                return Answer.close(request.id(), close.getMessage());
            }
            if (!(cause instanceof NothingDone)) {
                log.error("{} could not be answered", request.context(), cause);
            }
            return Answer.of(cause instanceof NothingDone ? AnswerType.NOTHING_DONE : AnswerType.FAILED, request.id());
        }
        if (message == null) {
            return Answer.of(AnswerType.NO_RESPONSE, request.id());
        }
        try {
            return Answer.response(
                    request.id(),
                    MessageBodies.encode(message, request.context().apiVersion()));
        } catch (RuntimeException e) {
            log.error("the answer to {} could not be encoded", request.context(), e);
            return Answer.of(AnswerType.FAILED, request.id());
        }
    }

    private void done(Answer answer) {
        endWaits.remove(answer.id());
        answers.add(answer);
        connection.wake();
    }

    @Override
    public ByteString next() {
        Answer answer = answers.poll();
        if (answer == null) {
            return null;
        }
        unanswered.decrementAndGet();
        return answer.frame();
    }

    /** What waits for records need not wait any longer. */
    @Override
    public void onClosed() {
        endWaits.values().forEach(endWait -> endWait.complete(null));
        answers.clear();
    }
}
