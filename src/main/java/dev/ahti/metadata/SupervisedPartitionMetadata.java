package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.Request;
import dev.ahti.metadata.MetadataSingleton.Restart;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The {@link PartitionMetadata} that the singleton has at the time. After one that failed comes a new one, as soon as
 * {@link JournalTroubles} lets it or another node is known to reach the database.
 */
final class SupervisedPartitionMetadata {
    private final ActorContext<MetadataSingleton.Message> context;
    private final TimerScheduler<MetadataSingleton.Message> timers;
    private final MetadataSettings settings;
    private final Members members;
    private final JournalTroubles troubles;
    private ActorRef<PartitionMetadata.Command> actor;
    private boolean begun;

    SupervisedPartitionMetadata(
            ActorContext<MetadataSingleton.Message> context,
            TimerScheduler<MetadataSingleton.Message> timers,
            MetadataSettings settings,
            Members members) {
        this.context = context;
        this.timers = timers;
        this.settings = settings;
        this.members = members;
        this.troubles = new JournalTroubles(settings.retryBackoff(), settings.journalPatience(), System.nanoTime());
    }

    void start() {
        begun = false;
        actor = context.spawnAnonymous(PartitionMetadata.create(settings, members, context.getSelf()));
        context.watch(actor);
    }

    /** Its epoch is stored. */
    void begun() {
        begun = true;
        troubles.recovered();
    }

    boolean takesRequests() {
        return begun;
    }

    void execute(Request request) {
        actor.tell(new PartitionMetadata.Execute(request));
    }

    /** One line that says why this node must stop, or empty: then {@link Restart} comes after a while. */
    Optional<String> failed(Throwable cause) {
        begun = false;
        Optional<String> end = troubles.failed(cause, System.nanoTime());
        if (end.isEmpty()) {
            timers.startSingleTimer(Restart.RESTART, troubles.backoff());
        }
        return end;
    }

    /** Asks the other nodes whether they reach the database, when it is time to. */
    void askOthers(long now) {
        if (troubles.timeToAskOthers(now)) {
            members.current().stream()
                    .filter(each -> !each.self())
                    .forEach(each -> members.tell(
                            each,
                            new MetadataRelay.CheckDatabase(context.getSelf().narrow())));
        }
    }

    void databaseReachedBy(int broker) {
        if (troubles.reachedBy(broker, System.nanoTime()) && timers.isTimerActive(Restart.RESTART)) {
            timers.cancel(Restart.RESTART); // It may be back for this node too, which only waits to try.
            start();
        }
    }
}
