package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.Request;
import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.metadata.event.StartEpoch;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotFailed;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All changes of the metadata: decides a request, persists its events at once, and tells the {@link MetadataSingleton},
 * its parent, which alone talks to it, one request at a time. A failed persist stops it; the parent makes a new one, so
 * that no state survives which the journal does not have.
 *
 * <pre>
 *   recovering --StartEpoch stored--> taking requests --persist failed--> stopped
 * </pre>
 */
final class PartitionMetadata extends JournaledImage<PartitionMetadata.Command> {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionMetadata.class);

    sealed interface Command {}

    /** Told to itself after recovery. */
    private enum Begin implements Command {
        BEGIN
    }

    record Execute(Request request) implements Command {}

    private final ActorContext<Command> context;
    private final MetadataSettings settings;
    private final Decisions decisions;
    private final Members members;
    private final ActorRef<MetadataSingleton.Message> parent;

    static Behavior<Command> create(
            MetadataSettings settings, Members members, ActorRef<MetadataSingleton.Message> parent) {
        return Behaviors.setup(context -> {
            context.setLoggerName(STACKS);
            return new PartitionMetadata(context, settings, members, parent);
        });
    }

    private PartitionMetadata(
            ActorContext<Command> context,
            MetadataSettings settings,
            Members members,
            ActorRef<MetadataSingleton.Message> parent) {
        this.context = context;
        this.settings = settings;
        this.members = members;
        this.decisions = new Decisions(settings, Uuid::randomUuid);
        this.parent = parent;
    }

    @Override
    public CommandHandler<Command, MetadataEvent, ClusterImage> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Begin.class, this::onBegin)
                .onCommand(Execute.class, this::onExecute)
                .build();
    }

    /**
     * Before anything else: whoever wrote under an earlier epoch can no longer write (rule 7). Stored in one with who is
     * gone by then: that is mostly why the singleton is here, and nobody leads what they led.
     */
    private Effect<MetadataEvent, ClusterImage> onBegin(ClusterImage before, Begin begin) {
        boolean first = before.clusterId().isEmpty();
        Draft draft = new Draft(before);
        draft.add(new StartEpoch(
                first ? Uuid.randomUuid().toString() : before.clusterId(),
                before.metadataEpoch() + 1,
                Optional.of(Uuid.randomUuid())));
        if (first) {
            draft.add(new SetFeature(MetadataSettings.METADATA_VERSION_FEATURE, MetadataSettings.METADATA_VERSION));
        }
        for (BrokerImage gone : Sessions.gone(before, members.current())) {
            LOG.info("Broker {} {}", gone.id(), MetadataSingleton.NO_MEMBER);
            DeclareDead dead = DeclareDead.of(
                    gone, MetadataSingleton.NO_MEMBER, context.getSystem().ignoreRef());
            Decision decision = decisions.decide(draft.image(), dead);
            readableByAll(draft.image(), dead, decision).events().forEach(draft::add);
        }
        List<MetadataEvent> events = draft.events();
        return Effect()
                .persist(events)
                .thenRun(after -> parent.tell(new MetadataSingleton.Begun(before, events, after)));
    }

    private Effect<MetadataEvent, ClusterImage> onExecute(ClusterImage before, Execute execute) {
        Decision decision = readableByAll(before, execute.request(), decisions.decide(before, execute.request()));
        if (decision.events().isEmpty()) {
            return Effect()
                    .none()
                    .thenRun(after -> parent.tell(new MetadataSingleton.Stored(decision, before.version(), after)));
        }
        return Effect().persist(decision.events()).thenRun(after -> {
            logNewPartitions(before, after, decision.events());
            parent.tell(new MetadataSingleton.Stored(decision, before.version(), after));
        });
    }

    /** Rule 29: nothing is written that a registered broker may not be able to read. */
    private static Decision readableByAll(ClusterImage image, Request request, Decision decision) {
        short level = image.features().getOrDefault(MetadataSettings.METADATA_VERSION_FEATURE, (short) 0);
        if (decision.events().stream().allMatch(each -> each.since() <= level)) {
            return decision;
        }
        return new Decision(
                List.of(),
                stamp -> request.refuse(
                        stamp.epoch(),
                        Errors.UNSUPPORTED_VERSION,
                        "this needs a higher " + MetadataSettings.METADATA_VERSION_FEATURE + " than " + level
                                + ": raise it with kafka-features upgrade"));
    }

    private void logNewPartitions(ClusterImage before, ClusterImage after, List<MetadataEvent> events) {
        for (MetadataEvent event : events) {
            if (event instanceof AssignPartition assigned && before.partition(assigned.partition()) == null) {
                PartitionImage partition = after.partition(assigned.partition());
                LOG.info(
                        "{}-{}: replicas={}, leader={}, ISR={}",
                        after.topic(partition.id().topicId()).name(),
                        partition.id().partition(),
                        partition.replicas(),
                        partition.leader(),
                        partition.isrBrokers());
            }
        }
    }

    @Override
    public SignalHandler<ClusterImage> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), this::onRecovered)
                .onSignal(
                        SnapshotFailed.class,
                        (image, failed) -> LOG.warn(
                                "The metadata snapshot was not stored: {}",
                                failed.failure().toString()))
                .build();
    }

    private void onRecovered(ClusterImage image) {
        long inJournal = lastSequenceNumber(context);
        if (inJournal != image.version()) {
            throw new IllegalStateException(
                    "the metadata journal ends at " + inJournal + " but its events make version " + image.version());
        }
        context.getSelf().tell(Begin.BEGIN);
    }

    /** Events are deleted only up to where the older of the snapshots kept begins: trap 25. */
    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(settings.snapshotEvery(), 2).withDeleteEventsOnSnapshot();
    }
}
