package dev.ahti.peer;

import dev.ahti.protocol.FrameAssembler;
import dev.ahti.protocol.InvalidRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges hellos, then carries frames between the socket and a {@link PeerHandler}.
 *
 * <pre>
 *   HELLO ──(both accept)──> OPEN ──(closed by either side, silent, failed)──> ended
 *     └─(refused, malformed, too slow)──> what there is to say is sent ──> ended
 * </pre>
 */
final class PeerStageLogic extends TimerGraphStageLogic implements PeerConnection {
    private static final Logger log = LoggerFactory.getLogger(PeerConnections.class);
    private static final String TICK = "tick";
    private static final String HELLO_TIMEOUT = "hello";

    private final Inlet<ByteString> in;
    private final Outlet<ByteString> out;
    private final Handshake handshake;
    private final PeerSettings settings;
    private final LastHeard lastHeard;
    private final Predicate<PeerIdentity> inSession;
    private final ConnectionOwner owner;
    private final KeepAlive keepAlive;
    private final FrameAssembler frames = new FrameAssembler(Hello.MAX_BYTES);
    private final AsyncCallback<String> closes = createAsyncCallback(this::closeHere);
    private final AsyncCallback<Boolean> wakes = createAsyncCallback(this::onWake);
    /** One wake-up is on its way: more would find nothing to do. */
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Of the handshake, waiting for demand. */
    private ByteString toSay = ByteString.emptyByteString();
    /** Null until the connection is open. */
    private FrameExchange exchange;

    /** Something has come from the other side. */
    private boolean heard;

    private boolean saying;
    private PeerEnd end;

    PeerStageLogic(
            FlowShape<ByteString, ByteString> shape,
            Handshake handshake,
            PeerSettings settings,
            LastHeard lastHeard,
            Predicate<PeerIdentity> inSession,
            ConnectionOwner owner) {
        super(shape);
        this.in = shape.in();
        this.out = shape.out();
        this.handshake = handshake;
        this.settings = settings;
        this.lastHeard = lastHeard;
        this.inSession = inSession;
        this.owner = owner;
        this.keepAlive = new KeepAlive(settings, handshake.isDialler(), System::nanoTime);
        setHandler(in, new Reader());
        setHandler(out, new Writer());
    }

    @Override
    public PeerIdentity peer() {
        return handshake.peer();
    }

    @Override
    public long silentNanos() {
        return keepAlive.silentNanos();
    }

    @Override
    public void wake() {
        if (woken.compareAndSet(false, true)) {
            wakes.invoke(true);
        }
    }

    @Override
    public void close(String reason) {
        closes.invoke(reason);
    }

    @Override
    public void preStart() {
        owner.started(this);
        scheduleOnce(HELLO_TIMEOUT, settings.handshake());
        say(handshake.begin());
        pull(in);
    }

    @Override
    public void postStop() {
        if (end == null) {
            end = new PeerEnd(PeerEnd.Cause.CLOSED_HERE, "the actor system ends", peer());
        }
        if (exchange != null) {
            guarded(exchange::onClosed);
        }
        guarded(() -> owner.ended(end));
    }

    private void guarded(Runnable last) {
        try {
            last.run();
        } catch (RuntimeException e) {
            log.error("The end of a connection with {} could not be handled", peer(), e);
        }
    }

    private final class Reader extends AbstractInHandler {
        @Override
        public void onPush() {
            heard = true;
            keepAlive.received();
            if (exchange != null) {
                exchange.heard();
            }
            frames.offer(grab(in).toArrayUnsafe());
            read();
            if (end == null) {
                pull(in);
                send();
            }
        }

        @Override
        public void onUpstreamFinish() {
            finish(exchange == null ? PeerEnd.Cause.UNREACHABLE : PeerEnd.Cause.CLOSED, "closed by the other side");
        }

        @Override
        public void onUpstreamFailure(Throwable failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            if (exchange != null) {
                finish(PeerEnd.Cause.CLOSED, "lost (" + cause.getMessage() + ")");
            } else if (PeerEnd.isRefusal(cause)) {
                finish(PeerEnd.Cause.NOBODY_LISTENS, "nobody listens there");
            } else {
                finish(PeerEnd.Cause.UNREACHABLE, String.valueOf(cause.getMessage()));
            }
        }
    }

    private final class Writer extends AbstractOutHandler {
        @Override
        public void onPull() {
            if (saying && toSay.isEmpty()) {
                completeStage();
            } else {
                send();
            }
        }

        @Override
        public void onDownstreamFinish(Throwable cause) {
            // The reading side ends as well, and says why.
            if (isClosed(in)) {
                completeStage();
            }
        }
    }

    private void read() {
        try {
            while (end == null && frames.frameSize() != FrameAssembler.UNKNOWN) {
                ByteBuffer frame = frames.take();
                if (frame == null) {
                    return;
                }
                if (exchange == null) {
                    onHandshake(frame);
                } else {
                    exchange.onFrame(frame);
                }
            }
        } catch (InvalidRequest e) {
            refuse(new HelloRefused(e.getMessage(), null, null));
        } catch (HelloRefused e) {
            refuse(e);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void onHandshake(ByteBuffer message) throws HelloRefused {
        say(handshake.onMessage(message));
        if (handshake.peer() == null) {
            return;
        }
        cancelTimer(HELLO_TIMEOUT);
        LastHeard.Voice voice = lastHeard.of(peer());
        frames.maxFrameBytes(settings.maxFrameBytes() + 1);
        exchange = new FrameExchange(
                owner.opened(this, handshake.purpose()),
                settings.maxFrameBytes(),
                keepAlive,
                voice,
                handshake.isDialler(),
                () -> inSession.test(peer()));
        scheduleWithFixedDelay(TICK, settings.keepAlive(), settings.keepAlive());
    }

    private void say(byte[] message) {
        if (message != null) {
            toSay = toSay.concat(OutgoingFrames.handshake(message));
            send();
        }
    }

    /** Sends what there is, if there is room. */
    private void send() {
        if (!isAvailable(out)) {
            return;
        }
        if (!toSay.isEmpty()) {
            push(out, toSay);
            toSay = ByteString.emptyByteString();
            return;
        }
        if (exchange == null || end != null) {
            return;
        }
        try {
            ByteString next = exchange.next();
            if (next != null) {
                push(out, next);
            }
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void onWake(boolean ignored) {
        // Before asking: whoever wakes after this has what the handler may not have seen.
        woken.set(false);
        send();
    }

    private void refuse(HelloRefused refused) {
        if (exchange != null) {
            finish(PeerEnd.Cause.CLOSED_HERE, refused.getMessage());
            return;
        }
        end = new PeerEnd(PeerEnd.Cause.REFUSED, refused.getMessage(), refused.peer());
        if (refused.answer() == null) {
            completeStage();
        } else {
            saying = true;
            say(refused.answer());
        }
    }

    private void failed(RuntimeException e) {
        log.error("The connection with {} failed", peer(), e);
        finish(PeerEnd.Cause.CLOSED_HERE, "failed here (" + e + ")");
    }

    private void closeHere(String reason) {
        finish(PeerEnd.Cause.CLOSED_HERE, reason);
    }

    private void finish(PeerEnd.Cause cause, String reason) {
        if (end == null) {
            end = new PeerEnd(cause, reason, peer());
        }
        if (heard) {
            completeStage();
        } else {
            // There may be no connection yet. Told that there is nothing more to send, Pekko's stage would close it
            // all the same and fail with a NullPointerException (apache/pekko#3255; its reading ahead keeps our
            // cancellation from it). A failure ends it, and resets the connection that there may be.
            failStage(new StreamTcpException(reason));
        }
    }

    @Override
    public void onTimer(Object key) {
        if (key.equals(HELLO_TIMEOUT)) {
            if (exchange == null) {
                finish(PeerEnd.Cause.UNREACHABLE, "no hello within " + settings.handshake());
            }
            return;
        }
        if (keepAlive.isSilentAtTick()) {
            finish(PeerEnd.Cause.CLOSED_HERE, "silent for " + settings.silence());
        } else {
            send();
        }
    }
}
