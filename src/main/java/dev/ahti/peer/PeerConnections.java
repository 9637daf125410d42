package dev.ahti.peer;

import dev.ahti.model.PeerAddress;
import dev.ahti.protocol.RateLimitedLog;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of this broker with others. The port is taken first ({@link #bind}); with {@link #update} it learns who it
 * is itself and where the others are, again whenever that changes.
 */
public final class PeerConnections implements Peers {
    private static final Logger LOG = LoggerFactory.getLogger(PeerConnections.class);

    private final ActorSystem<?> system;
    private final PeerSettings settings;
    private final ClusterSecret secret;
    private final LastHeard lastHeard = new LastHeard(System::nanoTime);
    private final RateLimitedLog refusals = new RateLimitedLog(LOG);
    private final Map<PeerPurpose, Function<PeerConnection, PeerHandler>> served = new ConcurrentHashMap<>();
    private final Map<PeerPurpose, Function<PeerConnection, PeerHandler>> dialled = new ConcurrentHashMap<>();
    private final AcceptedConnections accepted = new AcceptedConnections(served, refusals);
    private final Map<Line, ActorRef<PeerDialer.Message>> dialers = new HashMap<>();
    private volatile LocalBroker local;
    private volatile DeathWitness witness = DeathWitness.NONE;
    private volatile Predicate<PeerIdentity> inSession = peer -> true;
    private volatile int port;
    private Map<Integer, PeerAddress> shown = Map.of();
    private int dialersStarted;

    private record Line(int broker, PeerPurpose purpose) {}

    private PeerConnections(ActorSystem<?> system, PeerSettings settings, int broker, long uid) {
        this.system = system;
        this.settings = settings;
        this.secret = new ClusterSecret(settings.secret());
        this.local = LocalBroker.unregistered(broker, uid);
    }

    /**
     * Takes the port, before the node joins the cluster; it is given back when the actor system has ended. Fails with an
     * {@link java.io.IOException} of one line.
     *
     * @param uid of this node's cluster member
     */
    public static CompletionStage<PeerConnections> bind(
            ActorSystem<?> system, PeerSettings settings, int broker, long uid) {
        PeerConnections connections = new PeerConnections(system, settings, broker, uid);
        return PeerListener.bind(
                        system,
                        settings,
                        connections::acceptorStage,
                        connections.refusals,
                        connections.accepted.withoutHello())
                .thenApply(port -> {
                    connections.port = port;
                    return connections;
                });
    }

    /** What this broker registers, so that the others find it. */
    public PeerAddress address() {
        return new PeerAddress(settings.host(), port, local.identity().uid());
    }

    public LastHeard lastHeard() {
        return lastHeard;
    }

    @Override
    public void serve(PeerPurpose purpose, Function<PeerConnection, PeerHandler> handler) {
        served.put(purpose, handler);
    }

    @Override
    public void dial(PeerPurpose purpose, Function<PeerConnection, PeerHandler> handler) {
        dialled.put(purpose, handler);
    }

    /**
     * What the image shows. Does nothing where it is as before. Under a new incarnation all connections are opened anew,
     * since their hellos named the old one.
     *
     * @param incarnation under which this broker is registered
     * @param others every other broker that has an address
     */
    public synchronized void update(String clusterId, Uuid incarnation, Map<Integer, PeerAddress> others) {
        LocalBroker before = local;
        LocalBroker now = before.registered(clusterId, incarnation);
        if (before.equals(now) && others.equals(shown)) {
            return;
        }
        local = now;
        shown = Map.copyOf(others);
        if (!before.clusterId().isEmpty() && !before.equals(now)) {
            accepted.closeAll("this broker is registered anew");
            dialers.values().forEach(dialer -> dialer.tell(new PeerDialer.Renew()));
        }
        dialers.entrySet().removeIf(entry -> {
            boolean gone = !others.containsKey(entry.getKey().broker());
            if (gone) {
                entry.getValue().tell(new PeerDialer.Stop());
            }
            return gone;
        });
        others.forEach((broker, address) -> dialled.forEach((purpose, handler) -> {
            if (broker != now.identity().broker()) {
                dialers.computeIfAbsent(new Line(broker, purpose), line -> dialer(line, handler))
                        .tell(new PeerDialer.Target(address));
            }
        }));
    }

    /**
     * Has deaths proven (rule 4). To be called before the first {@link #update}.
     *
     * @param declareDead told of each proven death, again and again until the stage that it gives completes normally
     */
    public void watchForDeaths(Function<PeerIdentity, CompletionStage<?>> declareDead) {
        witness = DeathWatch.start(system, lastHeard, declareDead);
    }

    /**
     * Who asks whether this broker is there is to be told, if he is out of session: then he has not seen the majority that
     * goes on (rule 16). Asked at each keep-alive, on the threads of connections.
     */
    public void vouchForThoseInSession(Predicate<PeerIdentity> peers) {
        inSession = peers;
    }

    /** Instead of {@link #watchForDeaths}. */
    void tell(DeathWitness other) {
        witness = other;
    }

    private ActorRef<PeerDialer.Message> dialer(Line line, Function<PeerConnection, PeerHandler> handler) {
        PeerDialer.Dial dial = new PeerDialer.Dial(
                line.broker(),
                line.purpose(),
                handler,
                owner -> new PeerStage(
                        new DiallerHandshake(local.hello(line.broker(), line.purpose(), secret.isSet()), secret),
                        settings,
                        lastHeard,
                        peer -> true,
                        owner));
        return system.systemActorOf(
                EssentialActors.essential(system, PeerDialer.create(settings, dial, witness)),
                "peer-" + line.broker() + "-" + line.purpose() + "-" + dialersStarted++,
                DispatcherSelector.fromConfig(PeerListener.DISPATCHER));
    }

    private PeerStage acceptorStage(InetSocketAddress from) {
        return new PeerStage(
                new AcceptorHandshake(() -> local, served.keySet(), secret),
                settings,
                lastHeard,
                peer -> inSession.test(peer),
                accepted.owner(from));
    }
}
