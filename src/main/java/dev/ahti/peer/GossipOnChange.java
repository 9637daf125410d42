package dev.ahti.peer;

import dev.ahti.peer.GossipOnChange.Message;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ClusterEvent.ClusterDomainEvent;
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.ClusterEvent.ReachabilityEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Has this node gossip many times a second while members change, so that it need not otherwise: ten messages a second
 * to say that nothing is new were a third of all that brokers without work told each other.
 *
 * <pre>
 *   quiet: Pekko's gossip-interval --- a member or its reachability has changed ---> every {@link #INTERVAL}
 *      ^------------------------------ no change for {@link #LASTING} ---------------------'
 * </pre>
 */
public final class GossipOnChange extends AbstractBehavior<Message> {
    private static final Duration INTERVAL = Duration.ofMillis(50);
    /** All know of a change after one or two rounds; this bridges pauses of theirs. */
    private static final Duration LASTING = Duration.ofSeconds(3);

    private final TimerScheduler<Message> timers;
    private final ClusterTicks ticks;
    private long changedNanos;

    enum Message {
        CHANGED,
        TICK
    }

    /** Before the node joins a cluster. */
    public static void start(ActorSystem<?> system) {
        Behavior<Message> behavior =
                Behaviors.setup(context -> Behaviors.withTimers(timers -> new GossipOnChange(context, timers)));
        EssentialActors.start(system, behavior, "gossip-on-change");
    }

    private GossipOnChange(ActorContext<Message> context, TimerScheduler<Message> timers) {
        super(context);
        this.timers = timers;
        this.ticks = new ClusterTicks(context.getSystem());
        ActorRef<ClusterDomainEvent> changes =
                context.messageAdapter(ClusterDomainEvent.class, event -> Message.CHANGED);
        Cluster cluster = Cluster.get(context.getSystem());
        cluster.subscriptions().tell(Subscribe.create(changes.narrow(), MemberEvent.class));
        cluster.subscriptions().tell(Subscribe.create(changes.narrow(), ReachabilityEvent.class));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Message.CHANGED, this::onChanged)
                .onMessageEquals(Message.TICK, this::onTick)
                .build();
    }

    private Behavior<Message> onChanged() {
        changedNanos = System.nanoTime();
        if (!timers.isTimerActive(Message.TICK)) {
            timers.startTimerWithFixedDelay(Message.TICK, INTERVAL);
        }
        ticks.gossip();
        return this;
    }

    private Behavior<Message> onTick() {
        if (System.nanoTime() - changedNanos > LASTING.toNanos()) {
            timers.cancel(Message.TICK);
        } else {
            ticks.gossip();
        }
        return this;
    }
}
