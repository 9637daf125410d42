package dev.ahti.protocol;

import java.net.InetSocketAddress;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Who asks, and how.
 *
 * @param clientId may be null
 * @param listener name of the listener that the client connected to: answers name the brokers' addresses of that one
 * @param receivedNanos {@code System.nanoTime()} when the request was complete
 */
public record RequestContext(
        ApiKeys apiKey,
        short apiVersion,
        int correlationId,
        String clientId,
        String listener,
        InetSocketAddress client,
        KafkaPrincipal principal,
        long receivedNanos) {}
