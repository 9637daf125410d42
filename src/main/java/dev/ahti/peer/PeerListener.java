package dev.ahti.peer;

import dev.ahti.protocol.RateLimitedLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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

/**
 * The port at which the other brokers connect. It answers from before the broker joins the cluster until the actor system
 * has ended: to the others, a member whose port is closed is dead.
 */
final class PeerListener {
    static final String DISPATCHER = "ahti.network-dispatcher";
    static final List<Inet.SocketOption> OPTIONS = List.of(TcpSO.keepAlive(true), TcpSO.tcpNoDelay(true));

    private static final int BACKLOG = 1_000;
    /** Whoever connects and says nothing takes one of these for as long as a hello may take. */
    private static final int MAX_WITHOUT_HELLO = 1_000;

    private final Materializer materializer;
    private final Function<InetSocketAddress, PeerStage> stages;
    private final RateLimitedLog log;
    private final AtomicInteger withoutHello;

    private PeerListener(
            ActorSystem<?> system,
            Function<InetSocketAddress, PeerStage> stages,
            RateLimitedLog log,
            AtomicInteger withoutHello) {
        this.materializer = SystemMaterializer.get(system).materializer();
        this.stages = stages;
        this.log = log;
        this.withoutHello = withoutHello;
    }

    /**
     * Takes the port, and gives the one that it got. Fails with an {@link IOException} that says in one line what is wrong.
     *
     * @param stages one for each connection, by where it comes from
     * @param withoutHello how many connections have not said hello yet: counted by the stages' owners
     */
    static CompletionStage<Integer> bind(
            ActorSystem<?> system,
            PeerSettings settings,
            Function<InetSocketAddress, PeerStage> stages,
            RateLimitedLog log,
            AtomicInteger withoutHello) {
        PeerListener listener = new PeerListener(system, stages, log, withoutHello);
        return Tcp.get(system)
                .bind(settings.host(), settings.port(), BACKLOG, OPTIONS, false, Optional.empty())
                .to(Sink.foreach(listener::accept))
                .withAttributes(ActorAttributes.dispatcher(DISPATCHER))
                .run(system)
                .thenApply(binding -> binding.localAddress().getPort())
                .exceptionally(failure -> {
                    throw new CompletionException(refused(settings, failure));
                });
    }

    private void accept(IncomingConnection connection) {
        InetSocketAddress from = connection.remoteAddress();
        if (withoutHello.get() >= MAX_WITHOUT_HELLO) {
            log.info("closing the connection from {}: {} others have not said hello yet", from, withoutHello.get());
            connection.handleWith(Flow.fromSinkAndSource(Sink.cancelled(), Source.empty()), materializer);
            return;
        }
        connection
                .flow()
                .join(Flow.fromGraph(stages.apply(from)))
                .withAttributes(ActorAttributes.dispatcher(DISPATCHER))
                .run(materializer);
    }

    private static IOException refused(PeerSettings settings, Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new IOException("cannot listen at " + settings.host() + ":" + settings.port() + " (" + cause.getMessage()
                + "): stop whatever uses the port, or set ahti.replication.port to another");
    }
}
