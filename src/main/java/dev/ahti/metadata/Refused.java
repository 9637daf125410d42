package dev.ahti.metadata;

import org.apache.kafka.common.protocol.Errors;

/** One part of a request breaks a rule: becomes that part's error, and never leaves the package. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errors error;

    /** @param message null where the error's own text says it all */
    Refused(Errors error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    Errors error() {
        return error;
    }
}
