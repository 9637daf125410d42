package dev.ahti.api.records;

import dev.ahti.protocol.RequestContext;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.FetchRequestData;

/**
 * How much, how long and what.
 *
 * @param minBytes fewer than these are worth waiting for more
 * @param maxBytes of the whole answer, which the first batch alone may exceed (KIP-74)
 * @param deadlineNanos {@code System.nanoTime()} at which the answer goes out, with what there is
 */
record FetchLimits(int minBytes, int maxBytes, long deadlineNanos, boolean readCommitted) {

    static FetchLimits of(RequestContext context, FetchRequestData request, int brokerMaxBytes) {
        int maxBytes = Math.max(0, Math.min(request.maxBytes(), brokerMaxBytes));
        return new FetchLimits(
                Math.min(request.minBytes(), maxBytes),
                maxBytes,
                context.receivedNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.maxWaitMs())),
                request.isolationLevel() == IsolationLevel.READ_COMMITTED.id());
    }
}
