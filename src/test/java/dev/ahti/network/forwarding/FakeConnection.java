package dev.ahti.network.forwarding;

import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.peer.PeerIdentity;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.util.ByteString;

/** Carries frames to a handler when the test says so. */
final class FakeConnection implements PeerConnection {
    String closed;

    @Override
    public long silentNanos() {
        return 0;
    }

    @Override
    public PeerIdentity peer() {
        return new PeerIdentity(2, new Uuid(1, 2), 3);
    }

    @Override
    public void wake() {}

    @Override
    public void close(String reason) {
        closed = reason;
    }

    /** Everything that {@code from} has to send now; returns how many frames. */
    static int carry(PeerHandler from, PeerHandler to) {
        int frames = 0;
        for (ByteString frame = from.next(); frame != null; frame = from.next()) {
            to.onFrame(ByteBuffer.wrap(frame.toArray()));
            frames++;
        }
        return frames;
    }
}
