package dev.ahti.metadata;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * Writes once to the journal under an id of this broker's own, so that connections, classes and statements are warm when
 * the singleton has to move here: cold, that costs 0.7 to 2.8 s (rule 21).
 */
final class JournalWarmUp extends EventSourcedBehavior<JournalWarmUp.Write, JournalWarmUp.Written, Integer> {

    record Write(ActorRef<Written> replyTo) {}

    /** @param starts of this broker so far */
    record Written(int starts) implements ClusterMessage {}

    static Behavior<Write> create(int broker) {
        return Behaviors.setup(context -> new JournalWarmUp(broker));
    }

    private JournalWarmUp(int broker) {
        super(PersistenceId.ofUniqueId("warm-up-" + broker));
    }

    @Override
    public Integer emptyState() {
        return 0;
    }

    @Override
    public CommandHandler<Write, Written, Integer> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Write.class, (starts, write) -> Effect()
                        .persist(new Written(starts + 1))
                        .thenRun(after -> write.replyTo().tell(new Written(after)))
                        .thenStop())
                .build();
    }

    @Override
    public EventHandler<Integer, Written> eventHandler() {
        return (starts, written) -> written.starts();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(50, 1).withDeleteEventsOnSnapshot();
    }
}
