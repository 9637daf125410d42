package dev.ahti.group;

import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplica.Leadership;
import dev.ahti.replica.ObservedReplicas;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One for each node: the coordinator of a slot is where its partition is led. It elects when the replica here begins to lead,
 * resigns when it leads no more, and does both where the coordinator and its log have parted.
 *
 * <pre>
 *                  leads                         an append failed
 *   no coordinator -----> loading ----> serving ------------------> resigned, elected: loading
 *         ^                  |             |
 *         +------------------+-------------+  leads no more, or in another epoch
 * </pre>
 */
final class GroupSlots extends AbstractBehavior<GroupSlots.Command> {
    private static final Logger LOG = LoggerFactory.getLogger(GroupSlots.class);

    /** A log that cannot be read now may be later, but hardly at once. */
    private static final Duration LOAD_AGAIN = Duration.ofSeconds(1);

    sealed interface Command {}

    /** How it is now, the replica itself says. */
    record LeadershipChanged(LocalReplica replica) implements Command {}

    record Failed(SlotLog log) implements Command {}

    private record LoadAgain(SlotLog log) implements Command {}

    /** Elects no more. */
    record Stop(CompletableFuture<Done> stopped) implements Command {}

    private record Elected(LocalReplica replica, int leaderEpoch) {
        static Elected of(SlotLog log) {
            return new Elected(log.replica(), log.leaderEpoch());
        }
    }

    private final TimerScheduler<Command> timers;
    private final GroupCoordinator coordinator;
    private final SlotLogs logs;
    private final Map<Integer, Elected> elected = new HashMap<>();

    private GroupSlots(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            GroupCoordinator coordinator,
            SlotLogs logs) {
        super(context);
        this.timers = timers;
        this.coordinator = coordinator;
        this.logs = logs;
    }

    static Behavior<Command> create(GroupCoordinator coordinator, SlotLogs logs, ObservedReplicas replicas) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            ActorRef<Command> self = context.getSelf();
            replicas.onLeadershipChange(replica -> {
                if (ofOffsetsTopic(replica)) {
                    self.tell(new LeadershipChanged(replica));
                }
            });
            replicas.all().stream()
                    .filter(GroupSlots::ofOffsetsTopic)
                    .forEach(replica -> self.tell(new LeadershipChanged(replica)));
            return new GroupSlots(context, timers, coordinator, logs);
        }));
    }

    private static boolean ofOffsetsTopic(LocalReplica replica) {
        return replica.log().topicPartition().topic().equals(OffsetsTopic.NAME);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(LeadershipChanged.class, this::onLeadership)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(LoadAgain.class, this::onLoadAgain)
                .onMessage(Stop.class, this::onStop)
                .build();
    }

    private Behavior<Command> onLeadership(LeadershipChanged message) {
        LocalReplica replica = message.replica();
        int slot = replica.id().partition();
        Elected before = elected.get(slot);
        Leadership now = replica.leadership();
        if (now.leading()) {
            Elected next = new Elected(replica, now.leaderEpoch());
            if (!next.equals(before)) {
                resign(slot);
                elect(slot, next);
            }
        } else if (before != null && before.replica().equals(replica)) {
            // Not where another replica leads: a topic may have been deleted and created anew.
            resign(slot);
        }
        return this;
    }

    private Behavior<Command> onFailed(Failed message) {
        SlotLog log = message.log();
        if (!isCurrent(log)) {
            return this;
        }
        if (!log.isLed()) {
            // That is why it failed; where the replica leads again, or in another epoch, it says so.
            resign(log.partition().partition());
        } else {
            LOG.warn(
                    "{}: the coordinator of its groups could not {} and starts again",
                    log.partition(),
                    log.isLoaded() ? "write" : "load");
            if (log.isLoaded()) {
                electAgain(log);
            } else {
                timers.startSingleTimer(log.partition().partition(), new LoadAgain(log), LOAD_AGAIN);
            }
        }
        return this;
    }

    private Behavior<Command> onLoadAgain(LoadAgain message) {
        if (isCurrent(message.log())) {
            electAgain(message.log());
        }
        return this;
    }

    private boolean isCurrent(SlotLog log) {
        return Elected.of(log).equals(elected.get(log.partition().partition()));
    }

    private void electAgain(SlotLog log) {
        int slot = log.partition().partition();
        Elected same = elected.get(slot);
        resign(slot);
        elect(slot, same);
    }

    private void elect(int slot, Elected next) {
        elected.put(slot, next);
        logs.lead(slot, next.replica());
        coordinator.onElection(slot, next.leaderEpoch());
    }

    /** Whatever the epoch: elections and resignations come in order here. */
    private void resign(int slot) {
        if (elected.remove(slot) != null) {
            timers.cancel(slot);
            logs.resign(slot);
            coordinator.onResignation(slot, OptionalInt.empty());
        }
    }

    private Behavior<Command> onStop(Stop message) {
        message.stopped().complete(Done.getInstance());
        return Behaviors.stopped();
    }
}
