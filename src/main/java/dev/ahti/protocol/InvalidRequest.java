package dev.ahti.protocol;

/** Bytes that are no request of a served API and version: the connection that sent them is closed, as Kafka does. */
public final class InvalidRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidRequest(String reason) {
        super(reason, null, false, false);
    }
}
