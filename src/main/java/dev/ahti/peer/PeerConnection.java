package dev.ahti.peer;

/**
 * An open connection to another broker, whose hello has been checked. It is driven by the {@link PeerHandler} that was made
 * for it. Safe from any thread.
 */
public interface PeerConnection {

    PeerIdentity peer();

    /** For how long nothing has come on it. For its handler, in the calls that this gets. */
    long silentNanos();

    /** Says that {@link PeerHandler#next} may have something to send. Cheap, and harmless if it has not. */
    void wake();

    /** Ends the connection; a connection that this broker has dialled is dialled anew. {@code reason} goes to the log. */
    void close(String reason);
}
