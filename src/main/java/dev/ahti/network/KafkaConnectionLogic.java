package dev.ahti.network;

import dev.ahti.api.CloseConnection;
import dev.ahti.metrics.RequestMetrics;
import dev.ahti.protocol.InvalidRequest;
import dev.ahti.protocol.Request;
import dev.ahti.protocol.RequestContext;
import dev.ahti.protocol.RequestDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads requests, has them handled, several at once, and sends the responses in the order of the requests.
 *
 * <pre>
 * READING ──(too many in flight | no memory)──> paused: no demand upstream ──> READING
 *    │
 *    └─(peer closed, bytes that are no request, drain)──> CLOSING: what was read is answered ──> closed
 * any ──(reset, unreadable records, abort)──> closed at once
 * </pre>
 */
final class KafkaConnectionLogic extends TimerGraphStageLogic implements KafkaConnection.Handle {
    private static final Logger log = LoggerFactory.getLogger(KafkaListener.class);
    private static final Duration LONGEST_CHECK = Duration.ofSeconds(30);

    private enum Event {
        ANSWERED,
        MEMORY,
        DRAIN,
        ABORT
    }

    private final Inlet<ByteString> in;
    private final Outlet<ByteString> out;
    private final ConnectionContext context;
    private final InetSocketAddress client;
    private final BoundedFrames frames;
    private final InFlightRequests inFlight;
    private final AsyncCallback<Event> events = createAsyncCallback(this::onEvent);
    /** One wake-up is on its way: more would find nothing to do. */
    private final AtomicBoolean wokenUp = new AtomicBoolean();

    private boolean closing;
    private boolean peerClosed;
    private long lastActivityNanos = System.nanoTime();

    KafkaConnectionLogic(FlowShape<ByteString, ByteString> shape, ConnectionContext context, InetSocketAddress client) {
        super(shape);
        this.in = shape.in();
        this.out = shape.out();
        this.context = context;
        this.client = client;
        this.frames = new BoundedFrames(
                context.settings().maxRequestBytes(), context.memory(), () -> events.invoke(Event.MEMORY));
        this.inFlight =
                new InFlightRequests(context.settings().maxRequestsInFlight(), context.metrics(), this::onFailed);
        setHandler(in, new Reader());
        setHandler(out, new Writer());
    }

    @Override
    public void preStart() {
        context.metrics().connectionsOpened.increment();
        context.open().add(this);
        long idleMs = context.settings().maxIdleMs();
        long checkMs = idleMs < 0 ? LONGEST_CHECK.toMillis() : Math.min(LONGEST_CHECK.toMillis(), idleMs / 4 + 1);
        scheduleWithFixedDelay("idle", Duration.ofMillis(checkMs), Duration.ofMillis(checkMs));
        pull(in);
    }

    @Override
    public void postStop() {
        frames.close();
        inFlight.close();
        context.open().remove(this);
        context.metrics().connectionsClosed.increment();
    }

    @Override
    public void drain() {
        events.invoke(Event.DRAIN);
    }

    @Override
    public void abort() {
        events.invoke(Event.ABORT);
    }

    private void onEvent(Event event) {
        switch (event) {
            case ANSWERED -> wokenUp.set(false);
            case MEMORY -> frames.onGranted();
            case DRAIN -> closing = true;
            case ABORT -> {
                failStage(new CloseConnection("aborted"));
                return;
            }
        }
        advance();
    }

    private final class Reader extends AbstractInHandler {
        @Override
        public void onPush() {
            lastActivityNanos = System.nanoTime();
            frames.offer(grab(in).toArrayUnsafe());
            advance();
        }

        @Override
        public void onUpstreamFinish() {
            peerClosed = true;
            advance();
        }
    }

    private final class Writer extends AbstractOutHandler {
        @Override
        public void onPull() {
            advance();
        }
    }

    /** Does whatever can be done now. The only place that moves the connection on. */
    private void advance() {
        try {
            boolean answered;
            do {
                readFrames();
                answered = sendResponses();
            } while (answered && mayRead() && !frames.needsInput() && !frames.isWaitingForMemory());
            readOn();
        } catch (IOException e) {
            // A part of the response is sent: there is no way to say it but to close.
            context.log().info("closing the connection from {}: records cannot be read ({})", client, e.toString());
            failStage(e);
        } catch (RuntimeException e) {
            log.error("connection from {} failed", client, e);
            failStage(e);
        }
    }

    private boolean mayRead() {
        return !closing && inFlight.hasRoom();
    }

    private void readFrames() {
        try {
            BoundedFrames.Frame frame = mayRead() ? frames.next() : null;
            while (frame != null) {
                accept(frame);
                frame = mayRead() ? frames.next() : null;
            }
        } catch (InvalidRequest e) {
            context.metrics().connectionsRefused.increment();
            context.log().info("closing the connection from {}: {}", client, e.getMessage());
            closing = true;
        }
    }

    private void accept(BoundedFrames.Frame frame) {
        RequestMemory memory = context.memory();
        RequestDecoder.Decoded decoded;
        try {
            decoded = RequestDecoder.decode(frame.bytes());
        } catch (InvalidRequest e) {
            memory.release(frame.reserved());
            throw e;
        }
        if (decoded.answer() != null) {
            memory.release(frame.reserved());
            inFlight.add(PendingRequest.answered(decoded.answer()));
            return;
        }
        Request request = decoded.request();
        memory.add(request.decodedBytes());
        long held = frame.reserved() + request.decodedBytes();
        RequestMetrics.Api counts = context.metrics().of(request.apiKey());
        counts.requests.increment();
        counts.requestBytes.add(Integer.BYTES + frame.bytes().limit());
        PendingRequest pending = PendingRequest.of(request, System.nanoTime());
        inFlight.add(pending);
        pending.await(dispatch(pending), () -> memory.release(held), this::wakeUp);
    }

    private CompletionStage<? extends ApiMessage> dispatch(PendingRequest pending) {
        Request request = pending.request();
        RequestContext asked = new RequestContext(
                request.apiKey(),
                request.apiVersion(),
                request.correlationId(),
                request.clientId(),
                context.endpoint().listener(),
                client,
                KafkaPrincipal.ANONYMOUS,
                pending.receivedNanos());
        try {
            return context.dispatcher().dispatch(asked, request.body());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** On any thread. */
    private void wakeUp() {
        if (wokenUp.compareAndSet(false, true)) {
            events.invoke(Event.ANSWERED);
        }
    }

    /** True if a request has left the order, so that another may be read. */
    private boolean sendResponses() throws IOException {
        if (!isAvailable(out)) {
            return false;
        }
        boolean answered = inFlight.encodeNext();
        if (inFlight.hasToSend()) {
            lastActivityNanos = System.nanoTime();
            push(out, inFlight.nextToSend());
        }
        return answered;
    }

    private void onFailed(PendingRequest failed) {
        if (unwrapped(failed.failure()) instanceof CloseConnection close) {
            context.log().info("closing the connection from {}: {}", client, close.getMessage());
        } else {
            log.error("{} from {} failed without an answer", failed.request(), client, failed.failure());
        }
        closing = true;
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure.getCause() != null && !(failure instanceof ApiException) ? failure.getCause() : failure;
    }

    private void readOn() {
        if (peerClosed && frames.needsInput()) {
            closing = true;
        }
        if (closing) {
            if (inFlight.isEmpty()) {
                completeStage();
            }
        } else if (mayRead() && frames.needsInput() && !hasBeenPulled(in)) {
            pull(in);
        }
    }

    @Override
    public void onTimer(Object key) {
        long quietMs = (System.nanoTime() - lastActivityNanos) / 1_000_000;
        long idleMs = context.settings().maxIdleMs();
        boolean busy = frames.isWaitingForMemory() || inFlight.waitsForHandler();
        if (idleMs >= 0 && quietMs > idleMs && !busy) {
            log.debug("closing the connection from {}: idle for {} ms", client, quietMs);
            failStage(new CloseConnection("idle"));
        } else if (quietMs > LONGEST_CHECK.toMillis() && frames.keepsOthersWaiting()) {
            context.log()
                    .info(
                            "closing the connection from {}: it holds memory that others wait for, and sent nothing"
                                    + " of its request for {} ms",
                            client,
                            quietMs);
            failStage(new CloseConnection("stalled"));
        }
    }
}
