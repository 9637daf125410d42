package dev.ahti.log;

import java.util.List;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.requests.ProduceResponse.RecordError;

/** Why a batch was refused where single records are to blame: the producer is told which (KIP-467). */
public interface RefusedRecords {

    List<RecordError> recordErrors();

    /** Error INVALID_RECORD. */
    final class InvalidRecords extends InvalidRecordException implements RefusedRecords {
        private static final long serialVersionUID = 1;
        private final transient List<RecordError> recordErrors;

        InvalidRecords(String message, List<RecordError> recordErrors) {
            super(message);
            this.recordErrors = List.copyOf(recordErrors);
        }

        @Override
        public List<RecordError> recordErrors() {
            return recordErrors;
        }
    }

    /** Error INVALID_TIMESTAMP. */
    final class InvalidTimestamps extends InvalidTimestampException implements RefusedRecords {
        private static final long serialVersionUID = 1;
        private final transient List<RecordError> recordErrors;

        InvalidTimestamps(String message, List<RecordError> recordErrors) {
            super(message);
            this.recordErrors = List.copyOf(recordErrors);
        }

        @Override
        public List<RecordError> recordErrors() {
            return recordErrors;
        }
    }
}
