package dev.ahti.peer;

import dev.ahti.model.PeerAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Tcp;

/**
 * Keeps one connection to one broker for one purpose, and says what it finds when it is lost (rule 4).
 *
 * <pre>
 *   dialling ──> open ──(lost)──> dialling at once ──(nobody listens, or another process: it is gone)──> waiting
 *      ^  └────────────────(no connection, refused)──────────────────────────────────────────────────────┘  |
 *      └────────────────────────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 */
final class PeerDialer extends AbstractBehavior<PeerDialer.Message> {
    /** A connection that is lost again and again is dialled at once only so often: something is wrong that would go on so. */
    private static final Duration AT_ONCE_INTERVAL = Duration.ofSeconds(1);

    sealed interface Message {}

    record Target(PeerAddress address) implements Message {}

    /** This broker has another identity than its hello said. */
    record Renew() implements Message {}

    record Stop() implements Message {}

    private record Retry() implements Message {}

    private record Opened(Attempt attempt, PeerIdentity peer) implements Message {}

    private record Ended(Attempt attempt, PeerEnd end) implements Message {}

    /** What is dialled, and what becomes of it. */
    record Dial(
            int broker,
            PeerPurpose purpose,
            Function<PeerConnection, PeerHandler> handler,
            Function<ConnectionOwner, PeerStage> stage) {}

    private final TimerScheduler<Message> timers;
    private final PeerSettings settings;
    private final Dial dial;
    private final DeathWitness witness;
    private PeerAddress target;
    private Attempt attempt;
    private int failures;
    private String lastProblem = "";
    /** Was connected, and not yet again. */
    private PeerIdentity lost;

    private long dialledAtOnceNanos = System.nanoTime() - AT_ONCE_INTERVAL.toNanos();

    static Behavior<Message> create(PeerSettings settings, Dial dial, DeathWitness witness) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new PeerDialer(context, timers, settings, dial, witness)));
    }

    private PeerDialer(
            ActorContext<Message> context,
            TimerScheduler<Message> timers,
            PeerSettings settings,
            Dial dial,
            DeathWitness witness) {
        super(context);
        this.timers = timers;
        this.settings = settings;
        this.dial = dial;
        this.witness = witness;
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Target.class, this::onTarget)
                .onMessage(Renew.class, this::onRenew)
                .onMessage(Stop.class, this::onStop)
                .onMessage(Retry.class, this::onRetry)
                .onMessage(Opened.class, this::onOpened)
                .onMessage(Ended.class, this::onEnded)
                .build();
    }

    private Behavior<Message> onTarget(Target message) {
        PeerAddress before = target;
        PeerAddress now = message.address();
        target = now;
        if (now.equals(before)) {
            return this;
        }
        boolean moved = before == null || !before.host().equals(now.host()) || before.port() != now.port();
        boolean connected = attempt != null && attempt.peer != null && attempt.peer.uid() == now.uid();
        if (moved || !connected) {
            abandon("broker " + dial.broker() + " is registered anew at " + now);
            if (moved) {
                lost = null; // What is at its old address says nothing any more.
            }
            dialAnew();
        }
        return this;
    }

    private Behavior<Message> onRenew(Renew message) {
        abandon("this broker is registered anew");
        dialAnew();
        return this;
    }

    private Behavior<Message> onStop(Stop message) {
        abandon("broker " + dial.broker() + " is not in the cluster any more");
        return Behaviors.stopped();
    }

    private void abandon(String reason) {
        if (attempt != null) {
            attempt.abandon(reason);
            lost = attempt.peer != null ? attempt.peer : lost;
            attempt = null;
        }
    }

    private void dialAnew() {
        failures = 0;
        if (target != null) {
            dial();
        }
    }

    private Behavior<Message> onRetry(Retry message) {
        if (attempt == null) {
            dial();
        }
        return this;
    }

    private void dial() {
        timers.cancel(Retry.class);
        Attempt next = new Attempt(getContext().getSelf(), dial.handler());
        attempt = next;
        var system = getContext().getSystem();
        try {
            Tcp.get(system)
                    .outgoingConnection(
                            socketAddress(target),
                            Optional.empty(),
                            PeerListener.OPTIONS,
                            false,
                            Optional.of(settings.handshake()),
                            Optional.empty())
                    .join(Flow.fromGraph(dial.stage().apply(next)))
                    .withAttributes(ActorAttributes.dispatcher(PeerListener.DISPATCHER))
                    .run(SystemMaterializer.get(system).materializer());
        } catch (IllegalStateException e) {
            // The actor system is about to end, which a connection that it has just closed is the first to tell.
            getContext().getLog().debug("No connection is opened any more", e);
            attempt = null;
            retryLater();
        }
    }

    /** A name is looked up by Pekko, since that may block; an address needs no look-up. */
    private static InetSocketAddress socketAddress(PeerAddress address) {
        boolean literal = address.host().indexOf(':') >= 0 || address.host().matches("[0-9.]+");
        return literal
                ? new InetSocketAddress(address.host(), address.port())
                : InetSocketAddress.createUnresolved(address.host(), address.port());
    }

    private Behavior<Message> onOpened(Opened message) {
        if (message.attempt() != attempt) {
            return this;
        }
        attempt.peer = message.peer();
        found(message.peer());
        lost = null;
        witness.alive(message.peer());
        failures = 0;
        if (!lastProblem.isEmpty()) {
            getContext().getLog().info("Connected to broker {} at {} for {}", dial.broker(), target, dial.purpose());
            lastProblem = "";
        }
        return this;
    }

    private Behavior<Message> onEnded(Ended message) {
        if (message.attempt() != attempt) {
            return this;
        }
        boolean wasOpen = attempt.peer != null;
        attempt = null;
        PeerEnd end = message.end();
        say(end);
        if (wasOpen) {
            lost = end.peer();
            long now = System.nanoTime();
            if (now - dialledAtOnceNanos >= AT_ONCE_INTERVAL.toNanos()) {
                dialledAtOnceNanos = now;
                dial();
                return this;
            }
        } else if (end.cause() == PeerEnd.Cause.NOBODY_LISTENS && lost != null) {
            witness.gone(lost, "nobody listens at " + target);
        } else if (end.peer() != null) {
            found(end.peer());
        }
        retryLater();
        return this;
    }

    /** Another process than the one that was lost, at the same address: that one is gone. */
    private void found(PeerIdentity there) {
        if (lost != null && lost.uid() != there.uid()) {
            witness.gone(lost, "another process is at " + target);
        }
    }

    private void retryLater() {
        long delay = settings.firstRetry().toMillis() << Math.min(failures, 10);
        failures++;
        timers.startSingleTimer(
                Retry.class,
                new Retry(),
                Duration.ofMillis(Math.min(delay, settings.lastRetry().toMillis())));
    }

    private void say(PeerEnd end) {
        if (!end.reason().equals(lastProblem)) {
            lastProblem = end.reason();
            getContext()
                    .getLog()
                    .info(
                            "No connection to broker {} at {} for {}: {}",
                            dial.broker(),
                            target,
                            dial.purpose(),
                            lastProblem);
        }
    }

    /** One dialled connection, from the first packet to its end. */
    private static final class Attempt implements ConnectionOwner {
        private final ActorRef<Message> dialer;
        private final Function<PeerConnection, PeerHandler> handler;
        /** Set by the dialer, for itself. */
        private PeerIdentity peer;

        private PeerConnection connection;
        private String abandoned;

        Attempt(ActorRef<Message> dialer, Function<PeerConnection, PeerHandler> handler) {
            this.dialer = dialer;
            this.handler = handler;
        }

        synchronized void abandon(String reason) {
            abandoned = reason;
            if (connection != null) {
                connection.close(reason);
            }
        }

        @Override
        public synchronized void started(PeerConnection started) {
            connection = started;
            if (abandoned != null) {
                started.close(abandoned);
            }
        }

        @Override
        public PeerHandler opened(PeerConnection opened, PeerPurpose purpose) {
            dialer.tell(new Opened(this, opened.peer()));
            return handler.apply(opened);
        }

        @Override
        public void ended(PeerEnd end) {
            dialer.tell(new Ended(this, end));
        }
    }
}
