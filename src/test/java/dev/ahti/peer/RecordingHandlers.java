package dev.ahti.peer;

import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;

/** Handlers that keep what they are given, and send what the test gives them. */
final class RecordingHandlers implements Function<PeerConnection, PeerHandler> {
    static final Duration LIMIT = Duration.ofSeconds(30);

    final List<Recording> all = new CopyOnWriteArrayList<>();

    @Override
    public PeerHandler apply(PeerConnection connection) {
        Recording recording = new Recording(connection);
        all.add(recording);
        return recording;
    }

    /** The one of the {@code count}th connection; waits for it. */
    Recording opened(int count) {
        await().atMost(LIMIT).until(() -> all.size() >= count);
        return all.get(count - 1);
    }

    static final class Recording implements PeerHandler {
        final PeerConnection connection;
        final List<byte[]> received = new CopyOnWriteArrayList<>();
        final AtomicInteger closed = new AtomicInteger();
        final AtomicInteger asked = new AtomicInteger();
        private final Queue<byte[]> toSend = new ConcurrentLinkedQueue<>();
        private final AtomicInteger inside = new AtomicInteger();
        volatile boolean overlapped;

        Recording(PeerConnection connection) {
            this.connection = connection;
        }

        void send(byte[] frame) {
            toSend.add(frame);
            connection.wake();
        }

        void awaitReceived(int count) {
            await().atMost(LIMIT).until(() -> received.size() >= count);
        }

        void awaitClosed() {
            await().atMost(LIMIT).until(() -> closed.get() > 0);
        }

        @Override
        public void onFrame(ByteBuffer frame) {
            overlapped |= inside.getAndIncrement() > 0;
            byte[] bytes = new byte[frame.remaining()];
            frame.get(bytes);
            received.add(bytes);
            inside.decrementAndGet();
        }

        @Override
        public ByteString next() {
            overlapped |= inside.getAndIncrement() > 0;
            asked.incrementAndGet();
            byte[] frame = toSend.poll();
            inside.decrementAndGet();
            return frame == null ? null : ByteString.fromArrayUnsafe(frame);
        }

        @Override
        public void onClosed() {
            closed.incrementAndGet();
        }
    }
}
