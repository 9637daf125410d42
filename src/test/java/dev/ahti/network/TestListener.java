package dev.ahti.network;

import com.typesafe.config.ConfigFactory;
import dev.ahti.api.RequestDispatcher;
import dev.ahti.metrics.RequestMetrics;
import dev.ahti.model.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A listener on a free port with whatever dispatcher a test needs, on an actor system of its own. */
final class TestListener implements AutoCloseable {
    private final ActorSystem<Void> system;
    final RequestMemory memory;
    final RequestMetrics metrics = new RequestMetrics();
    final KafkaListener listener;

    TestListener(ConnectionSettings settings, long memoryBytes, RequestDispatcher dispatcher) {
        system = ActorSystem.create(
                Behaviors.empty(),
                "network-test",
                ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
        memory = new RequestMemory(memoryBytes);
        listener = bind(system, 0, settings, memory, metrics);
        listener.open(dispatcher);
    }

    static TestListener of(RequestDispatcher dispatcher) {
        return new TestListener(ConnectionSettings.defaults(), -1, dispatcher);
    }

    private static KafkaListener bind(
            ActorSystem<?> system,
            int port,
            ConnectionSettings settings,
            RequestMemory memory,
            RequestMetrics metrics) {
        Endpoint endpoint = new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", port);
        return KafkaListener.bind(system, endpoint, settings, memory, metrics)
                .toCompletableFuture()
                .join();
    }

    ActorSystem<Void> system() {
        return system;
    }

    /** @throws IOException if the port is taken */
    KafkaListener another(int port) throws IOException {
        try {
            return bind(system, port, ConnectionSettings.defaults(), memory, metrics);
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e);
        }
    }

    InetSocketAddress address() {
        return listener.localAddress();
    }

    TestClient connect() {
        return new TestClient(address());
    }

    @Override
    public void close() {
        listener.close(Duration.ofMillis(200)).toCompletableFuture().join();
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
