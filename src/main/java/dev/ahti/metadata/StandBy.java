package dev.ahti.metadata;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Keeps this broker ready for what the singleton has to do at once when a broker goes: a {@link TakeoverRehearsal} shortly
 * after the cluster's metadata has doubled, which is seldom, and soon after something new has come up.
 */
final class StandBy extends AbstractBehavior<StandBy.Message> {
    /** What has made it grow is over by then. */
    static final Duration DELAY = Duration.ofSeconds(1);

    enum Message {
        IMAGE_CHANGED,
        REHEARSE
    }

    private final CurrentImage current;
    private final Members members;
    private final Supplier<Behavior<TakeoverRehearsal.Play>> rehearsal;
    private final TimerScheduler<Message> timers;
    private long rehearsedVersion;

    static Behavior<Message> create(
            CurrentImage current, Members members, Supplier<Behavior<TakeoverRehearsal.Play>> rehearsal) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new StandBy(context, timers, current, members, rehearsal)));
    }

    private StandBy(
            ActorContext<Message> context,
            TimerScheduler<Message> timers,
            CurrentImage current,
            Members members,
            Supplier<Behavior<TakeoverRehearsal.Play>> rehearsal) {
        super(context);
        this.current = current;
        this.members = members;
        this.rehearsal = rehearsal;
        this.timers = timers;
        current.onChange((before, after) -> context.getSelf().tell(Message.IMAGE_CHANGED));
        if (current.get().version() > 0) {
            context.getSelf().tell(Message.IMAGE_CHANGED); // It was shown before this has come up.
        }
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Message.IMAGE_CHANGED, this::onImageChanged)
                .onMessageEquals(Message.REHEARSE, this::onRehearse)
                .build();
    }

    private Behavior<Message> onImageChanged() {
        if (current.get().version() >= 2 * rehearsedVersion && !timers.isTimerActive(Message.REHEARSE)) {
            timers.startSingleTimer(Message.REHEARSE, DELAY);
        }
        return this;
    }

    private Behavior<Message> onRehearse() {
        rehearsedVersion = current.get().version();
        if (members.current().stream().anyMatch(each -> !each.self())) {
            getContext().spawnAnonymous(rehearsal.get());
        }
        return this;
    }
}
