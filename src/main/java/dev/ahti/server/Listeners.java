package dev.ahti.server;

import dev.ahti.api.RequestDispatcher;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metrics.RequestMetrics;
import dev.ahti.model.Endpoint;
import dev.ahti.network.ConnectionSettings;
import dev.ahti.network.KafkaListener;
import dev.ahti.network.RequestMemory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;

/** The broker's Kafka listeners as one: bound first, opened when there is something to answer, closed together. */
final class Listeners {
    private final List<KafkaListener> listeners;

    private Listeners(List<KafkaListener> listeners) {
        this.listeners = listeners;
    }

    /** Takes the ports, so that they are known before the broker registers. */
    static CompletableFuture<Listeners> bind(ActorSystem<?> system, BrokerConfig config, RequestMetrics metrics) {
        ConnectionSettings settings = new ConnectionSettings(
                config.intValue("socket.request.max.bytes"),
                config.intValue("ahti.connection.max.requests.in.flight"),
                config.longValue("connections.max.idle.ms"),
                config.intValue("max.connections"),
                config.intValue("socket.listen.backlog.size"));
        RequestMemory memory = new RequestMemory(config.longValue("queued.max.request.bytes"));
        List<CompletableFuture<KafkaListener>> bound = config.listeners().stream()
                .map(endpoint -> KafkaListener.bind(system, endpoint, settings, memory, metrics)
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(bound.toArray(CompletableFuture[]::new))
                .thenApply(all -> new Listeners(
                        bound.stream().map(CompletableFuture::join).toList()));
    }

    /** @param dispatchers by the name of the listener */
    void open(Function<String, RequestDispatcher> dispatchers) {
        listeners.forEach(
                listener -> listener.open(dispatchers.apply(listener.endpoint().listener())));
    }

    /** With the ports that were bound. */
    List<Endpoint> bound() {
        return listeners.stream()
                .map(listener ->
                        withPort(listener.endpoint(), listener.localAddress().getPort()))
                .toList();
    }

    /** What clients are told: an advertised port 0 is the one that the listener of that name got. */
    List<Endpoint> advertised(List<Endpoint> configured) {
        List<Endpoint> bound = bound();
        return configured.stream()
                .map(endpoint -> endpoint.port() != 0
                        ? endpoint
                        : bound.stream()
                                .filter(other -> other.listener().equals(endpoint.listener()))
                                .findFirst()
                                .map(other -> withPort(endpoint, other.port()))
                                .orElse(endpoint))
                .toList();
    }

    /** Answers what has been read, for so long at most. */
    CompletionStage<Done> close(Duration drain) {
        return CompletableFuture.allOf(listeners.stream()
                        .map(listener -> listener.close(drain).toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .thenApply(closed -> Done.getInstance());
    }

    private static Endpoint withPort(Endpoint endpoint, int port) {
        return new Endpoint(endpoint.listener(), endpoint.securityProtocol(), endpoint.host(), port);
    }
}
