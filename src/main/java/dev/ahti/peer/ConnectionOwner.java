package dev.ahti.peer;

/** Who dialled or accepted a connection, and hears of its fate. Called by the connection, on its thread. */
interface ConnectionOwner {
    /** Before the hellos: so that it can be closed. */
    void started(PeerConnection connection);

    /** The hello is done: makes the handler. */
    PeerHandler opened(PeerConnection connection, PeerPurpose purpose);

    /** The last call; also for one that never opened. */
    void ended(PeerEnd end);
}
