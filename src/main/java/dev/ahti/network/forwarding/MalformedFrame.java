package dev.ahti.network.forwarding;

/** A frame that no broker of ours has sent: the connection is closed. */
final class MalformedFrame extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedFrame(String message) {
        super(message, null, false, false);
    }
}
