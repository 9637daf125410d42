package dev.ahti.api.records;

import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/** What one fetch request reads, and which of the results its answer carries (KIP-227). */
sealed interface FetchContext {

    /** Never changed while the request waits. */
    List<PartitionFetch> partitions();

    /** @param results one for each of {@link #partitions()}, in their order */
    FetchResponseData answer(PartitionData[] results);

    /** Outside any session: everything asked for is answered. */
    record Sessionless(List<PartitionFetch> partitions) implements FetchContext {
        @Override
        public FetchResponseData answer(PartitionData[] results) {
            return FetchAnswers.of(0, partitions, results, null);
        }
    }

    /** Begins a session, if the cache has room: everything is answered, with the session's id or 0. */
    record Full(FetchSessions sessions, boolean byTopicId, List<PartitionFetch> partitions) implements FetchContext {
        @Override
        public FetchResponseData answer(PartitionData[] results) {
            return FetchAnswers.of(sessions.tryCreate(byTopicId, partitions, results), partitions, results, null);
        }
    }

    /** Within a session: reads all its partitions, and answers those with news. */
    record Incremental(FetchSession session, int epoch, List<PartitionFetch> partitions) implements FetchContext {
        @Override
        public FetchResponseData answer(PartitionData[] results) {
            boolean[] included = session.changed(epoch, partitions, results);
            return included == null
                    ? FetchAnswers.failed(Errors.INVALID_FETCH_SESSION_EPOCH)
                    : FetchAnswers.of(session.id(), partitions, results, included);
        }
    }

    /** The session is not known, or is not where the client believes: it begins a new one. */
    record Failed(Errors error) implements FetchContext {
        @Override
        public List<PartitionFetch> partitions() {
            return List.of();
        }

        @Override
        public FetchResponseData answer(PartitionData[] results) {
            return FetchAnswers.failed(error);
        }
    }
}
