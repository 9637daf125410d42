package dev.ahti.peer;

import java.nio.ByteBuffer;
import org.apache.pekko.util.ByteString;

/**
 * What a part of the broker does with one connection. All methods are called by the connection, never two at the same time,
 * and must not block.
 */
public interface PeerHandler {

    /** One frame, whole, in the order in which they were sent. The buffer is the handler's to keep. */
    void onFrame(ByteBuffer frame);

    /**
     * The next frame to send, without its length, or null if there is nothing to send now. Asked for when the socket has
     * room, so that what waits is kept where it comes from and not in a queue; asked again after {@link
     * PeerConnection#wake}.
     */
    ByteString next();

    /** The connection is gone: the last call. What was sent may or may not have arrived. */
    void onClosed();
}
