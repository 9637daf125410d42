package dev.ahti.peer;

import java.util.function.Function;

/**
 * The connections of this broker to all others. For each {@link PeerPurpose} a broker dials every other one, and accepts
 * what the others dial: so there are two connections for each purpose and pair, and who dialled is the one that asks (the
 * follower, the forwarding broker), who accepted the one that serves (the leader).
 */
public interface Peers {

    /** Makes the handlers of accepted connections of this purpose. To be called before connections are opened. */
    void serve(PeerPurpose purpose, Function<PeerConnection, PeerHandler> handler);

    /**
     * Keeps one connection of this purpose to every other broker that it is told of, and makes a new handler for each
     * that is opened. To be called before connections are opened.
     */
    void dial(PeerPurpose purpose, Function<PeerConnection, PeerHandler> handler);
}
