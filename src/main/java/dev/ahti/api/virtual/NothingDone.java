package dev.ahti.api.virtual;

/** A part of a request was not begun by the broker that it belongs to: it may be asked again, there or elsewhere. */
public final class NothingDone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NothingDone(String reason) {
        super(reason, null, false, false);
    }
}
