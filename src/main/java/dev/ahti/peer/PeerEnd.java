package dev.ahti.peer;

import java.net.ConnectException;

/**
 * How a connection, or the try to make one, ended.
 *
 * @param peer who was there, if that was proven, or null
 */
record PeerEnd(Cause cause, String reason, PeerIdentity peer) {
    enum Cause {
        /** The other side's kernel says that nobody listens. */
        NOBODY_LISTENS,
        /** No connection, for another reason: proves nothing. */
        UNREACHABLE,
        /** One of the two sides did not want it. */
        REFUSED,
        /** It was open, and the other side closed it, or its kernel did. */
        CLOSED,
        /** It was open, and this side closed it. */
        CLOSED_HERE
    }

    /** Whether {@link Cause#NOBODY_LISTENS}. A time-out is also a ConnectException, but proves nothing. */
    static boolean isRefusal(Throwable failure) {
        return failure instanceof ConnectException
                && failure.getMessage() != null
                && failure.getMessage().startsWith("Connection refused");
    }
}
