package dev.ahti.peer;

/** A handshake that ends without a connection; says to the other side why, if it can be told. */
final class HelloRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient byte[] answer;
    private final transient PeerIdentity peer;

    /**
     * @param answer to be sent before the connection is closed, or null
     * @param peer who is there, if that was proven, or null
     */
    HelloRefused(String reason, byte[] answer, PeerIdentity peer) {
        super(reason, null, false, false);
        this.answer = answer;
        this.peer = peer;
    }

    byte[] answer() {
        return answer;
    }

    PeerIdentity peer() {
        return peer;
    }
}
