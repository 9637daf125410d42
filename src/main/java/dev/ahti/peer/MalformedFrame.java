package dev.ahti.peer;

/** A frame that no broker of ours has sent: the connection is closed. */
public final class MalformedFrame extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedFrame(String message) {
        super(message, null, false, false);
    }
}
