package dev.ahti.api.virtual;

/** A part of a request was sent to another broker, and no answer came. */
public final class OutcomeUnknown extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OutcomeUnknown(String reason) {
        super(reason, null, false, false);
    }
}
