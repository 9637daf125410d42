package dev.ahti.api;

/**
 * Fails the stage of a request that has no response but went wrong: a refused produce with acks 0. The connection is
 * closed, so that the client learns of it at least in this way.
 */
public final class CloseConnection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CloseConnection(String reason) {
        super(reason, null, false, false);
    }
}
