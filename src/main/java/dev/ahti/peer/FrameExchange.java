package dev.ahti.peer;

import dev.ahti.protocol.InvalidRequest;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.apache.pekko.util.ByteString;

/**
 * One side of what follows the {@link Handshake}: the frames of the {@link PeerHandler}, and among them the keep-alive's.
 */
final class FrameExchange {
    private final PeerHandler handler;
    private final int maxFrameBytes;
    private final KeepAlive keepAlive;
    private final LastHeard.Voice voice;
    private final boolean dialler;
    private final BooleanSupplier inSession;

    /**
     * @param dialler the one that pings
     * @param inSession whether the other side is: what the acceptor's answer tells it
     */
    FrameExchange(
            PeerHandler handler,
            int maxFrameBytes,
            KeepAlive keepAlive,
            LastHeard.Voice voice,
            boolean dialler,
            BooleanSupplier inSession) {
        this.handler = handler;
        this.maxFrameBytes = maxFrameBytes;
        this.keepAlive = keepAlive;
        this.voice = voice;
        this.dialler = dialler;
        this.inSession = inSession;
        keepAlive.begin();
    }

    /** Something has come, be it only a part of a frame. */
    void heard() {
        voice.heard();
    }

    /** @throws InvalidRequest for a frame that does not belong here */
    void onFrame(ByteBuffer frame) {
        byte type = frame.hasRemaining() ? frame.get() : -1;
        if (type == OutgoingFrames.CONTENT) {
            handler.onFrame(frame.slice());
        } else if (frame.remaining() != Long.BYTES) {
            throw new InvalidRequest("a frame of type " + type + " with " + frame.remaining() + " bytes");
        } else if (type == OutgoingFrames.PING && !dialler) {
            keepAlive.pinged(frame.getLong(), inSession.getAsBoolean());
        } else if (type == OutgoingFrames.PONG && dialler) {
            voice.answered(frame.getLong());
        } else if (type != OutgoingFrames.PONG_OUT_OF_SESSION || !dialler) {
            throw new InvalidRequest("a frame of type " + type);
        } // Else it is enough for the connection that it has come.
    }

    /** What there is to send now, or null. */
    ByteString next() {
        ByteString frames = OutgoingFrames.of(handler, maxFrameBytes);
        ByteString clock = keepAlive.due();
        if (clock == null) {
            return frames;
        }
        return frames == null ? clock : clock.concat(frames);
    }

    void onClosed() {
        handler.onClosed();
    }
}
