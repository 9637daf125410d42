package dev.ahti.log;

import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.requests.ProduceResponse.RecordError;

/** A batch refused because of some of its records (KIP-467): the producer is told which. */
public final class InvalidRecordsException extends ApiException {
    private final transient List<RecordError> recordErrors;

    /** @param cause the error for the partition */
    InvalidRecordsException(ApiException cause, List<RecordError> recordErrors) {
        super(cause.getMessage(), cause);
        this.recordErrors = List.copyOf(recordErrors);
    }

    public List<RecordError> recordErrors() {
        return recordErrors;
    }
}
