package dev.ahti.replica.replication;

import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.peer.PeerIdentity;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;

/**
 * Two ends of a connection between brokers in one JVM. What was sent can be held under way; a few frames fill it, and then
 * the sender is not asked for more. A cut loses what is under way.
 */
public final class MemoryConnection {
    private static final int FRAMES_UNDER_WAY = 3;

    private final End dialled;
    private final End accepted;
    private volatile boolean cut;
    private volatile String reason;

    public MemoryConnection(
            Executor threads,
            PeerIdentity dialler,
            Function<PeerConnection, PeerHandler> dialling,
            PeerIdentity acceptor,
            Function<PeerConnection, PeerHandler> serving) {
        dialled = new End(threads, acceptor);
        accepted = new End(threads, dialler);
        dialled.other = accepted;
        accepted.other = dialled;
        accepted.run(() -> accepted.handler = serving.apply(accepted));
        dialled.run(() -> dialled.handler = dialling.apply(dialled));
        accepted.wake();
        dialled.wake();
    }

    /** Nothing arrives any more, in either direction. */
    public void hold() {
        holdToDialler();
        holdToAcceptor();
    }

    /** Nothing of the leader's arrives any more. */
    public void holdToDialler() {
        dialled.held = true;
    }

    /** Nothing of the follower's arrives any more. */
    public void holdToAcceptor() {
        accepted.held = true;
    }

    public void letGo() {
        dialled.held = false;
        accepted.held = false;
        dialled.run(dialled::deliver);
        accepted.run(accepted::deliver);
    }

    public void cut() {
        cut = true;
        dialled.run(dialled::closed);
        accepted.run(accepted::closed);
    }

    public boolean isCut() {
        return cut;
    }

    /** Why an end has closed it, or null. */
    public String reason() {
        return reason;
    }

    /** Sends bytes that no handler has made. */
    public void inject(ByteString frame, boolean toAcceptor) {
        End to = toAcceptor ? accepted : dialled;
        to.inbox.add(frame);
        to.run(to::deliver);
    }

    private final class End implements PeerConnection {
        private final Executor threads;
        private final PeerIdentity peer;
        private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private final AtomicInteger waiting = new AtomicInteger();
        private final ConcurrentLinkedQueue<ByteString> inbox = new ConcurrentLinkedQueue<>();
        private End other;
        private PeerHandler handler;
        private volatile boolean held;
        private boolean closed;

        End(Executor threads, PeerIdentity peer) {
            this.threads = threads;
            this.peer = peer;
        }

        /** One after the other. */
        void run(Runnable task) {
            tasks.add(task);
            if (waiting.getAndIncrement() == 0) {
                threads.execute(() -> {
                    do {
                        tasks.remove().run();
                    } while (waiting.decrementAndGet() > 0);
                });
            }
        }

        void deliver() {
            ByteString frame;
            while (!held && !cut && (frame = inbox.poll()) != null) {
                handler.onFrame(ByteBuffer.wrap(frame.toArray()));
                other.wake();
            }
        }

        private void send() {
            ByteString frame;
            while (!cut && other.inbox.size() < FRAMES_UNDER_WAY && (frame = handler.next()) != null) {
                if (frame.isEmpty()) {
                    throw new IllegalStateException("an empty frame");
                }
                other.inbox.add(frame);
                other.run(other::deliver);
            }
        }

        void closed() {
            if (!closed) {
                closed = true;
                inbox.clear();
                handler.onClosed();
            }
        }

        @Override
        public PeerIdentity peer() {
            return peer;
        }

        @Override
        public long silentNanos() {
            return 0;
        }

        @Override
        public void wake() {
            run(this::send);
        }

        @Override
        public void close(String why) {
            reason = why;
            cut();
        }
    }
}
