package dev.ahti.network;

import dev.ahti.api.RequestDispatcher;
import dev.ahti.metrics.RequestMetrics;
import dev.ahti.model.Endpoint;
import dev.ahti.protocol.RateLimitedLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.stream.javadsl.Tcp.IncomingConnection;
import org.apache.pekko.stream.javadsl.Tcp.ServerBinding;
import org.slf4j.LoggerFactory;

/**
 * One entry of {@code listeners}: takes the port first, serves clients from when it is opened, and closes in two steps.
 *
 * <pre>
 * bind ──> BOUND (the port is ours, clients wait) ── open ──> SERVING ── stopAccepting ──> ... ── close ──> CLOSED
 * </pre>
 */
public final class KafkaListener {
    static final String DISPATCHER = "ahti.network-dispatcher";

    private final ActorSystem<?> system;
    private final Materializer materializer;
    private final Endpoint endpoint;
    private final ConnectionSettings settings;
    private final RequestMemory memory;
    private final RequestMetrics metrics;
    private final Acceptor acceptor;
    private final ServerBinding binding;
    private final Set<KafkaConnection.Handle> open = ConcurrentHashMap.newKeySet();
    private final RateLimitedLog log = new RateLimitedLog(LoggerFactory.getLogger(KafkaListener.class));

    private KafkaListener(
            ActorSystem<?> system,
            Endpoint endpoint,
            ConnectionSettings settings,
            RequestMemory memory,
            RequestMetrics metrics,
            Acceptor acceptor,
            ServerBinding binding) {
        this.system = system;
        this.materializer = SystemMaterializer.get(system).materializer();
        this.endpoint = endpoint;
        this.settings = settings;
        this.memory = memory;
        this.metrics = metrics;
        this.acceptor = acceptor;
        this.binding = binding;
    }

    /**
     * Takes the endpoint's port; port 0 is a free one, see {@link #localAddress()}. Fails with an {@link IOException} that
     * says in one line what is wrong with it.
     *
     * @param memory shared by all listeners of the broker
     */
    public static CompletionStage<KafkaListener> bind(
            ActorSystem<?> system,
            Endpoint endpoint,
            ConnectionSettings settings,
            RequestMemory memory,
            RequestMetrics metrics) {
        Acceptor acceptor = new Acceptor();
        String host = endpoint.host().isEmpty() ? "0.0.0.0" : endpoint.host();
        List<Inet.SocketOption> options = List.of(TcpSO.keepAlive(true), TcpSO.tcpNoDelay(true));
        return Tcp.get(system)
                .bind(host, endpoint.port(), settings.backlog(), options, false, Optional.empty())
                .to(Sink.fromGraph(acceptor))
                .withAttributes(ActorAttributes.dispatcher(DISPATCHER))
                .run(system)
                .thenApply(binding -> new KafkaListener(system, endpoint, settings, memory, metrics, acceptor, binding))
                .exceptionally(failure -> {
                    throw new CompletionException(refused(endpoint, failure));
                });
    }

    private static IOException refused(Endpoint endpoint, Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new IOException("cannot listen at " + endpoint + " (" + reason
                + "): stop whatever uses the port, or set listeners to another");
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** With the port that port 0 became. */
    public InetSocketAddress localAddress() {
        return binding.localAddress();
    }

    public int openConnections() {
        return open.size();
    }

    /** Serves clients from now on. Once. */
    public void open(RequestDispatcher dispatcher) {
        ConnectionContext context = new ConnectionContext(endpoint, settings, dispatcher, memory, metrics, log, open);
        acceptor.open(connection -> accept(context, connection));
    }

    private void accept(ConnectionContext context, IncomingConnection connection) {
        if (open.size() >= settings.maxConnections()) {
            log.info(
                    "closing the connection from {}: {} are open at {}",
                    connection.remoteAddress(),
                    open.size(),
                    endpoint);
            connection.handleWith(Flow.fromSinkAndSource(Sink.cancelled(), Source.empty()), materializer);
            return;
        }
        connection
                .flow()
                .join(Flow.fromGraph(new KafkaConnection(context, connection.remoteAddress())))
                .withAttributes(ActorAttributes.dispatcher(DISPATCHER))
                .run(materializer);
    }

    /** Gives the port back; open connections go on. */
    public CompletionStage<Done> stopAccepting() {
        return binding.unbind().thenApply(unbound -> Done.getInstance());
    }

    /**
     * Stops accepting and reading, answers what has been read, closes. What is not answered when the time is over is cut
     * off.
     */
    public CompletionStage<Done> close(Duration drain) {
        return stopAccepting().thenCompose(stopped -> new Drain(system, open, drain).run());
    }
}
