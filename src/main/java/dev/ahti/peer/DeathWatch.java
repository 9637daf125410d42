package dev.ahti.peer;

import dev.ahti.peer.DeathWatchMessage.Alive;
import dev.ahti.peer.DeathWatchMessage.Declared;
import dev.ahti.peer.DeathWatchMessage.Gone;
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
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Subscribe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves deaths (rule 4). Each node has one; each tells all others what its connections have found, and acts when enough of
 * them have found the same: Pekko's failure detector is told, the member with the lowest address downs the dead one, and
 * each tells whoever keeps the sessions, until that has answered.
 */
final class DeathWatch extends AbstractBehavior<DeathWatchMessage> {
    private static final Logger LOG = LoggerFactory.getLogger(DeathWatch.class);
    private static final String NAME = "death-watch";
    private static final Duration INTERVAL = Duration.ofMillis(250);
    /** After which whoever should have downed the dead member is taken to be dead as well. */
    private static final Duration DOWN_LIMIT = Duration.ofSeconds(1);
    /** Between two tries to tell of a death: what is said to a singleton that has died as well is lost. */
    private static final Duration DECLARE_AGAIN = Duration.ofMillis(500);
    /** Rule 3: whoever was heard within this time, by a member that is heard itself, is not unreachable. */
    private static final Duration HEARD_LATELY = Duration.ofSeconds(1);

    private final Cluster cluster;
    private final long self;
    private final LastHeard lastHeard;
    private final MemberLiveness liveness;
    private final Function<PeerIdentity, CompletionStage<?>> declareDead;
    private final Votes votes = new Votes(System::nanoTime);
    /** What this node has found. */
    private final Map<Long, PeerIdentity> gone = new HashMap<>();

    private final Map<Long, Death> deaths = new HashMap<>();

    /** A proven death, until all that follows from it is done. */
    private static final class Death {
        final PeerIdentity process;
        final Address address;
        final long provenNanos = System.nanoTime();
        boolean declared;
        long declaringNanos;

        Death(PeerIdentity process, Address address) {
            this.process = process;
            this.address = address;
        }
    }

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
            return new DeathWatch(context, lastHeard, declareDead);
        }));
    }

    private DeathWatch(
            ActorContext<DeathWatchMessage> context,
            LastHeard lastHeard,
            Function<PeerIdentity, CompletionStage<?>> declareDead) {
        super(context);
        this.cluster = Cluster.get(context.getSystem());
        this.self = cluster.selfMember().uniqueAddress().longUid();
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
        report();
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
        Set<Long> uids = members.stream().map(DeathWatch::uid).collect(Collectors.toSet());
        for (Member member : members) {
            long uid = uid(member);
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
        deaths.values().forEach(death -> {
            down(death, members);
            declare(death);
        });
    }

    private void proven(PeerIdentity process, Member member) {
        LOG.warn("Broker {} ({}) is dead: most members have found its port closed", process.broker(), member);
        liveness.dead(member.address().toString(), process.uid());
        deaths.put(process.uid(), new Death(process, member.address()));
    }

    private void down(Death death, List<Member> members) {
        boolean stillThere = members.stream()
                .anyMatch(member ->
                        uid(member) == death.process.uid() && !member.status().equals(MemberStatus.down()));
        boolean late = System.nanoTime() - death.provenNanos > DOWN_LIMIT.toNanos();
        if (stillThere && (late || isLowestLive(members))) {
            cluster.manager().tell(new Down(death.address));
        }
    }

    private boolean isLowestLive(List<Member> members) {
        return members.stream()
                .filter(member -> !deaths.containsKey(uid(member)) && VotingMembers.votes(member))
                .findFirst()
                .filter(lowest -> uid(lowest) == self)
                .isPresent();
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
        cluster.state().getMembers().forEach(member -> addresses.put(uid(member), member.address()));
        return addresses;
    }

    private static long uid(Member member) {
        return member.uniqueAddress().longUid();
    }
}
