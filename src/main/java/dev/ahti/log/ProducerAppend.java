package dev.ahti.log;

import java.util.Optional;

/** An append that {@link ProducerStates#check} allowed, or knows to be in the log already. */
final class ProducerAppend {

    /** Set if the (only) batch is a duplicate: it must not be written, and its answer has these offsets. */
    Optional<AppendedBatch> duplicate() {
        throw new UnsupportedOperationException();
    }
}
