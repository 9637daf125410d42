package dev.ahti.protocol;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Who asks, and how.
 *
 * @param clientId may be null
 * @param listener name of the listener that the client connected to: answers name the brokers' addresses of that one
 * @param receivedNanos {@code System.nanoTime()} when the request was complete
 * @param endWait completed when a request that waits for something is to be answered with what there is; may be null
 */
public record RequestContext(
        ApiKeys apiKey,
        short apiVersion,
        int correlationId,
        String clientId,
        String listener,
        InetSocketAddress client,
        KafkaPrincipal principal,
        long receivedNanos,
        CompletableFuture<Void> endWait) {

    public RequestContext(
            ApiKeys apiKey,
            short apiVersion,
            int correlationId,
            String clientId,
            String listener,
            InetSocketAddress client,
            KafkaPrincipal principal,
            long receivedNanos) {
        this(apiKey, apiVersion, correlationId, clientId, listener, client, principal, receivedNanos, null);
    }

    public RequestContext withEndWait(CompletableFuture<Void> signal) {
        return new RequestContext(
                apiKey, apiVersion, correlationId, clientId, listener, client, principal, receivedNanos, signal);
    }
}
