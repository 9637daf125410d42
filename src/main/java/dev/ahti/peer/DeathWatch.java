package dev.ahti.peer;

import dev.ahti.peer.DeathWatchMessage.Alive;
import dev.ahti.peer.DeathWatchMessage.Declared;
import dev.ahti.peer.DeathWatchMessage.Gone;
import dev.ahti.peer.DeathWatchMessage.Hurry;
import dev.ahti.peer.DeathWatchMessage.MembersChanged;
import dev.ahti.peer.DeathWatchMessage.NotDeclared;
import dev.ahti.peer.DeathWatchMessage.Report;
import dev.ahti.peer.DeathWatchMessage.Tick;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ActorSelection;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves deaths (rule 4). Each node has one; each tells all others what its connections have found, and acts when enough of
 * them have found the same: Pekko's failure detector is told, the member with the lowest address downs the dead one, all
 * hurry Pekko until it is removed, and each tells whoever keeps the sessions, until that has answered.
 */
final class DeathWatch extends AbstractBehavior<DeathWatchMessage> {
    private static final Logger LOG = LoggerFactory.getLogger(DeathWatch.class);
    private static final String NAME = "death-watch";
    private static final Duration INTERVAL = Duration.ofMillis(250);
    /** While a death is proven and the dead one not yet removed, for which Pekko needs some steps on two members. */
    private static final Duration HURRY_INTERVAL = Duration.ofMillis(40);

    /** Between two tries to tell of a death: what is said to a singleton that has died as well is lost. */
    private static final Duration DECLARE_AGAIN = Duration.ofMillis(500);
    /** Rule 3: whoever was heard within this time, by a member that is heard itself, is not unreachable. */
    private static final Duration HEARD_LATELY = Duration.ofSeconds(1);

    private final TimerScheduler<DeathWatchMessage> timers;
    private final Cluster cluster;
    private final Removal removal;
    private final long self;
    private final LastHeard lastHeard;
    private final MemberLiveness liveness;
    private final Function<PeerIdentity, CompletionStage<?>> declareDead;
    private final Votes votes = new Votes(System::nanoTime);
    /** What this node has found. */
    private final Map<Long, PeerIdentity> gone = new HashMap<>();

    private final Map<Long, Death> deaths = new HashMap<>();
    private boolean reportedAtLastTick;

    /** @param declareDead to complete when an answer has come, whatever it is; asked again until then */
    static DeathWitness start(
            ActorSystem<?> system, LastHeard lastHeard, Function<PeerIdentity, CompletionStage<?>> declareDead) {
        ActorRef<DeathWatchMessage> watch = EssentialActors.start(system, create(lastHeard, declareDead), NAME);
        return new DeathWitness() {
            @Override
            public void gone(PeerIdentity process, String how) {
                watch.tell(new Gone(process, how));
            }

            @Override
            public void alive(PeerIdentity process) {
                watch.tell(new Alive(process));
            }
        };
    }

    private static Behavior<DeathWatchMessage> create(
            LastHeard lastHeard, Function<PeerIdentity, CompletionStage<?>> declareDead) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerAtFixedRate(new Tick(), INTERVAL);
            return new DeathWatch(context, timers, lastHeard, declareDead);
        }));
    }

    private DeathWatch(
            ActorContext<DeathWatchMessage> context,
            TimerScheduler<DeathWatchMessage> timers,
            LastHeard lastHeard,
            Function<PeerIdentity, CompletionStage<?>> declareDead) {
        super(context);
        this.timers = timers;
        this.cluster = Cluster.get(context.getSystem());
        this.self = VotingMembers.uid(cluster.selfMember());
        this.removal = new Removal(context.getSystem());
        this.lastHeard = lastHeard;
        this.liveness = MemberLiveness.of(Adapter.toClassic(context.getSystem()).eventStream());
        this.declareDead = declareDead;
        ActorRef<MemberEvent> changes = context.messageAdapter(MemberEvent.class, event -> new MembersChanged());
        cluster.subscriptions().tell(Subscribe.create(changes, MemberEvent.class));
    }

    @Override
    public Receive<DeathWatchMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(Gone.class, this::onGone)
                .onMessage(Alive.class, this::onAlive)
                .onMessage(Report.class, this::onReport)
                .onMessage(MembersChanged.class, this::onMembersChanged)
                .onMessage(Tick.class, this::onTick)
                .onMessage(Hurry.class, this::onHurry)
                .onMessage(Declared.class, this::onDeclared)
                .onMessage(NotDeclared.class, this::onNotDeclared)
                .build();
    }

    private Behavior<DeathWatchMessage> onGone(Gone message) {
        PeerIdentity process = message.process();
        if (addresses().containsKey(process.uid()) && gone.put(process.uid(), process) == null) {
            LOG.info("Broker {} seems to be dead: {}", process.broker(), message.how());
            report();
            judge();
        }
        return this;
    }

    private Behavior<DeathWatchMessage> onAlive(Alive message) {
        if (gone.remove(message.process().uid()) != null) {
            report();
        }
        return this;
    }

    private Behavior<DeathWatchMessage> onReport(Report report) {
        votes.cast(report.reporter(), report.gone());
        long now = System.nanoTime();
        Map<Long, Address> addresses = addresses();
        if (addresses.containsKey(report.reporter())) {
            report.heardMs().forEach((uid, ms) -> vouch(addresses.get(uid), ms, now));
        }
        judge();
        return this;
    }

    private Behavior<DeathWatchMessage> onMembersChanged(MembersChanged message) {
        judge();
        return this;
    }

    private Behavior<DeathWatchMessage> onTick(Tick tick) {
        // While nobody is gone all that a report does is to vouch for others, and that lasts for two of them.
        reportedAtLastTick = !reportedAtLastTick || !gone.isEmpty() || !deaths.isEmpty();
        if (reportedAtLastTick) {
            report();
        }
        judge();
        return this;
    }

    private Behavior<DeathWatchMessage> onHurry(Hurry hurry) {
        judge();
        return this;
    }

    private Behavior<DeathWatchMessage> onDeclared(Declared declared) {
        Death death = deaths.get(declared.uid());
        if (death != null) {
            death.declared = true;
        }
        return this;
    }

    private Behavior<DeathWatchMessage> onNotDeclared(NotDeclared notDeclared) {
        return this; // Tried again at a tick.
    }

    /** To all others, and to itself. */
    private void report() {
        Map<Long, Long> heardMs = lastHeard.agesMs();
        long now = System.nanoTime();
        Map<Long, Address> addresses = addresses();
        gone.keySet().removeIf(uid -> !addresses.containsKey(uid));
        heardMs.forEach((uid, ms) -> vouch(addresses.get(uid), ms, now));
        Report report = new Report(self, List.copyOf(gone.values()), heardMs);
        votes.cast(self, report.gone());
        addresses.forEach((uid, address) -> {
            if (uid != self) {
                watchAt(address).tell(report, org.apache.pekko.actor.ActorRef.noSender());
            }
        });
    }

    private void vouch(Address address, long ageMs, long now) {
        if (address != null && ageMs <= HEARD_LATELY.toMillis()) {
            liveness.vouch(address.toString(), now + HEARD_LATELY.toNanos());
        }
    }

    private ActorSelection watchAt(Address address) {
        return Adapter.toClassic(getContext()).actorSelection(SystemActors.at(address, NAME));
    }

    /** Looks whose death is proven, and does what follows. */
    private void judge() {
        List<Member> members = VotingMembers.sorted(cluster.state());
        Set<Long> uids = members.stream().map(VotingMembers::uid).collect(Collectors.toSet());
        for (Member member : members) {
            long uid = VotingMembers.uid(member);
            if (uid != self && !deaths.containsKey(uid)) {
                votes.proven(uid, uids).ifPresent(process -> proven(process, member));
            }
        }
        deaths.values().removeIf(death -> {
            boolean removed = !uids.contains(death.process.uid());
            if (removed) {
                liveness.forget(death.address.toString(), death.process.uid());
            }
            return removed && death.declared;
        });
        deaths.values().forEach(this::declare);
        if (removal.goOn(deaths, members)) {
            timers.startSingleTimer(new Hurry(), HURRY_INTERVAL);
        }
    }

    private void proven(PeerIdentity process, Member member) {
        LOG.warn("Broker {} ({}) is dead: most members have found its port closed", process.broker(), member);
        liveness.dead(member.address().toString(), process.uid());
        deaths.put(process.uid(), new Death(process, member.address()));
    }

    private void declare(Death death) {
        long now = System.nanoTime();
        if (death.declared || (death.declaringNanos != 0 && now - death.declaringNanos < DECLARE_AGAIN.toNanos())) {
            return;
        }
        death.declaringNanos = now;
        long uid = death.process.uid();
        getContext()
                .pipeToSelf(
                        CompletableFuture.completedFuture(death.process).thenCompose(declareDead::apply),
                        (answer, failure) -> failure == null ? new Declared(uid) : new NotDeclared(uid));
    }

    private Map<Long, Address> addresses() {
        Map<Long, Address> addresses = new HashMap<>();
        cluster.state().getMembers().forEach(member -> addresses.put(VotingMembers.uid(member), member.address()));
        return addresses;
    }
}
