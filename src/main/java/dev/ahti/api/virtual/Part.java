package dev.ahti.api.virtual;

import dev.ahti.protocol.RequestContext;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What one broker is to answer of a client's request.
 *
 * @param leaders what it must lead, or else do nothing at all
 * @param deadlineNanos {@code System.nanoTime()} at which it has an answer at the latest, be it that there is none
 */
public record Part(RequestContext context, ApiMessage request, List<ExpectedLeader> leaders, long deadlineNanos) {}
