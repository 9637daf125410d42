package dev.ahti.network.forwarding;

import dev.ahti.api.virtual.ExpectedLeader;
import dev.ahti.protocol.RequestContext;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A request as another broker has handed it on.
 *
 * @param id under which that broker knows it
 * @param context of the client; it was received as long ago as it has been under way in both brokers
 * @param deadlineNanos {@code System.nanoTime()} at which nobody wants it begun any more
 * @param body not yet read
 */
record ForwardedRequest(
        int id, RequestContext context, long deadlineNanos, List<ExpectedLeader> leaders, ByteBuffer body) {}
