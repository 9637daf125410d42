package dev.ahti.network;

import dev.ahti.api.RequestDispatcher;
import dev.ahti.metrics.RequestMetrics;
import dev.ahti.model.Endpoint;
import dev.ahti.protocol.RateLimitedLog;
import java.util.Set;

/**
 * What all connections of a listener share.
 *
 * @param open connections that are open, for the listener to close
 */
record ConnectionContext(
        Endpoint endpoint,
        ConnectionSettings settings,
        RequestDispatcher dispatcher,
        RequestMemory memory,
        RequestMetrics metrics,
        RateLimitedLog log,
        Set<KafkaConnection.Handle> open) {}
