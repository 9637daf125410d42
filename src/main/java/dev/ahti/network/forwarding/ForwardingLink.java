package dev.ahti.network.forwarding;

import dev.ahti.api.CloseConnection;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.virtual.NothingDone;
import dev.ahti.api.virtual.OutcomeUnknown;
import dev.ahti.api.virtual.Part;
import dev.ahti.peer.MalformedFrame;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.protocol.InvalidRequest;
import dev.ahti.protocol.MessageBodies;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.pekko.util.ByteString;

/**
 * What this broker has another one answer, over the connection that it dialled. Requests leave in the order in which they
 * came, as long as not too many and not too large ones are unanswered; the others wait here for their turn or their
 * deadline.
 */
final class ForwardingLink implements PeerHandler {
    /** Most of them are fetches that wait for records. */
    static final int MAX_UNANSWERED = 4096;

    static final long MAX_UNANSWERED_BYTES = 32 << 20;
    /** Below what a frame between brokers may have, with its header. */
    static final int MAX_REQUEST_BYTES = 105 << 20;

    private static final int MAX_WAITING = 8192;
    /** For an answer that the other broker gives at the deadline. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PeerConnection connection;
    private final DeadlineTimer timer;
    private final Runnable onClosed;
    private final ArrayDeque<Question> waiting = new ArrayDeque<>();
    private final ArrayDeque<Integer> endedWaits = new ArrayDeque<>();
    private final Map<Integer, Question> unanswered = new HashMap<>();
    private long unansweredBytes;
    private int lastId;
    private boolean closed;

    ForwardingLink(PeerConnection connection, DeadlineTimer timer, Runnable onClosed) {
        this.connection = connection;
        this.timer = timer;
        this.onClosed = onClosed;
    }

    /** From any thread. */
    CompletionStage<ApiMessage> ask(Part part) {
        Question question = new Question(part);
        if (question.bytes() > MAX_REQUEST_BYTES) {
            return CompletableFuture.failedFuture(new RecordTooLargeException());
        }
        if (!enqueue(question)) {
            return CompletableFuture.failedFuture(new NothingDone("closed, or too much waits for it"));
        }
        long limit = part.deadlineNanos() + GRACE_NANOS - System.nanoTime();
        Runnable cancelTimer = timer.after(Math.max(0, limit), () -> late(question));
        question.answer().whenComplete((answer, failure) -> cancelTimer.run());
        if (part.context().endWait() != null) {
            part.context().endWait().thenRun(() -> endWait(question));
        }
        connection.wake();
        return question.answer();
    }

    private synchronized boolean enqueue(Question question) {
        return !closed && waiting.size() < MAX_WAITING && waiting.add(question);
    }

    /** What was sent keeps its place among the unanswered: the other broker is still at it. */
    private void late(Question question) {
        boolean waited;
        synchronized (this) {
            waited = waiting.remove(question);
        }
        question.fail(waited ? new NothingDone("had to wait too long") : new OutcomeUnknown("no answer in time"));
    }

    private void endWait(Question question) {
        synchronized (this) {
            if (question.id() == Question.NOT_SENT || !unanswered.containsKey(question.id())) {
                return;
            }
            endedWaits.add(question.id());
        }
        connection.wake();
    }

    @Override
    public ByteString next() {
        while (true) {
            Question question;
            synchronized (this) {
                Integer ended = endedWaits.poll();
                if (ended != null) {
                    return ForwardingCodec.endWait(ended);
                }
                question = nextQuestion();
            }
            if (question == null) {
                return null;
            }
            ByteString frame = question.frame();
            if (frame != null) {
                if (question.waitHasEnded()) {
                    endWait(question);
                }
                return frame;
            }
            forget(question.id());
            question.fail(new NothingDone("had to wait too long"));
        }
    }

    private Question nextQuestion() {
        Question first = waiting.peek();
        boolean room = first != null
                && (unanswered.isEmpty()
                        || (unanswered.size() < MAX_UNANSWERED
                                && unansweredBytes + first.bytes() <= MAX_UNANSWERED_BYTES));
        if (!room) {
            return null;
        }
        waiting.poll();
        first.id(++lastId);
        unanswered.put(first.id(), first);
        unansweredBytes += first.bytes();
        return first;
    }

    private synchronized Question forget(int id) {
        Question question = unanswered.remove(id);
        if (question != null) {
            unansweredBytes -= question.bytes();
        }
        return question;
    }

    @Override
    public void onFrame(ByteBuffer frame) {
        Question question = null;
        try {
            AnswerType type = ForwardingCodec.readAnswerType(frame);
            int id = frame.getInt();
            question = forget(id);
            if (question == null) {
                throw new MalformedFrame("an answer to " + id + ", which is not asked");
            }
            take(question, type, frame);
        } catch (MalformedFrame | InvalidRequest e) {
            if (question != null) {
                question.fail(new OutcomeUnknown(e.getMessage()));
            }
            connection.close(e.getMessage());
        }
        connection.wake(); // There is room for one more.
    }

    private static void take(Question question, AnswerType type, ByteBuffer frame) {
        switch (type) {
            case RESPONSE ->
                question.succeed(MessageBodies.readResponse(question.apiKey(), question.apiVersion(), frame.slice()));
            case NO_RESPONSE -> question.succeed(null);
            case NOTHING_DONE -> question.fail(new NothingDone("refused by the other broker"));
            case CLOSE ->
                question.fail(
                        new CloseConnection(StandardCharsets.UTF_8.decode(frame).toString()));
            case FAILED -> question.fail(new OutcomeUnknown("the other broker could not send its answer"));
        }
    }

    @Override
    public void onClosed() {
        List<Question> unsent;
        List<Question> sent;
        synchronized (this) {
            closed = true;
            unsent = new ArrayList<>(waiting);
            sent = new ArrayList<>(unanswered.values());
            waiting.clear();
            unanswered.clear();
        }
        onClosed.run();
        unsent.forEach(each -> each.fail(new NothingDone("the connection is closed")));
        sent.forEach(each -> each.fail(new OutcomeUnknown("the connection is closed")));
    }
}
