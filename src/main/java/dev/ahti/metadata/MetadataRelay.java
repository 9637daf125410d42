package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.MetadataCommand.DatabaseReachable;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * What this node does for others: passes heartbeats and ISR proposals on for a broker that is cut off from the singleton,
 * gives it what its image lacks (rule 3), gives its image to a broker that cannot register, and tries the database for a
 * singleton that cannot reach it (rule 23). Found by its path.
 */
final class MetadataRelay extends AbstractBehavior<MetadataRelay.Command> {
    static final String NAME = "metadata-relay";

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(3);

    sealed interface Command {}

    /** From other nodes. */
    sealed interface Message extends Command, ClusterMessage {}

    record PassOn(BrokerHeartbeat heartbeat) implements Message {}

    record PassOnProposal(AlterPartition proposal) implements Message {}

    /** A broker that cannot register asks for what its image lacks. */
    record ShowImage(Publication.Wanted wanted) implements Message {}

    record CheckDatabase(ActorRef<MetadataCommand> singleton) implements Message {}

    /** @param reply null if none came in time */
    private record Answered<R extends MetadataReply>(R reply, ActorRef<R> replyTo) implements Command {
        void passOn() {
            if (reply != null) {
                replyTo.tell(reply);
            }
        }
    }

    private record Checked(boolean reachable, ActorRef<MetadataCommand> singleton) implements Command {}

    private final int broker;
    private final ActorRef<MetadataCommand> singleton;
    private final ActorRef<Publication> follower;
    private final Supplier<CompletionStage<Boolean>> databaseReachable;

    /** @param databaseReachable tries a connection of its own */
    static Behavior<Command> create(
            int broker,
            ActorRef<MetadataCommand> singleton,
            ActorRef<Publication> follower,
            Supplier<CompletionStage<Boolean>> databaseReachable) {
        return Behaviors.setup(context -> new MetadataRelay(context, broker, singleton, follower, databaseReachable));
    }

    private MetadataRelay(
            ActorContext<Command> context,
            int broker,
            ActorRef<MetadataCommand> singleton,
            ActorRef<Publication> follower,
            Supplier<CompletionStage<Boolean>> databaseReachable) {
        super(context);
        this.broker = broker;
        this.singleton = singleton;
        this.follower = follower;
        this.databaseReachable = databaseReachable;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(PassOn.class, this::onPassOn)
                .onMessage(PassOnProposal.class, this::onPassOnProposal)
                .onMessage(ShowImage.class, this::onShowImage)
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(CheckDatabase.class, this::onCheckDatabase)
                .onMessage(Checked.class, this::onChecked)
                .build();
    }

    private Behavior<Command> onPassOn(PassOn message) {
        BrokerHeartbeat heartbeat = message.heartbeat();
        follower.tell(new Publication.Wanted(heartbeat.imageEpoch(), heartbeat.imageVersion(), heartbeat.follower()));
        passOn(HeartbeatReply.class, heartbeat::answeredTo, heartbeat.replyTo());
        return this;
    }

    private Behavior<Command> onPassOnProposal(PassOnProposal message) {
        AlterPartition proposal = message.proposal();
        passOn(AlterPartitionReply.class, proposal::answeredTo, proposal.replyTo());
        return this;
    }

    private <R extends MetadataReply> void passOn(
            Class<R> type, Function<ActorRef<R>, MetadataCommand> answeredTo, ActorRef<R> replyTo) {
        getContext()
                .ask(
                        type,
                        singleton,
                        ANSWER_TIMEOUT,
                        answeredTo::apply,
                        (reply, failure) -> new Answered<>(reply, replyTo));
    }

    private Behavior<Command> onShowImage(ShowImage message) {
        follower.tell(message.wanted());
        return this;
    }

    private Behavior<Command> onAnswered(Answered<?> answered) {
        answered.passOn();
        return this;
    }

    private Behavior<Command> onCheckDatabase(CheckDatabase message) {
        getContext()
                .pipeToSelf(
                        databaseReachable.get(),
                        (reachable, failure) -> new Checked(Boolean.TRUE.equals(reachable), message.singleton()));
        return this;
    }

    private Behavior<Command> onChecked(Checked checked) {
        if (checked.reachable()) {
            checked.singleton().tell(new DatabaseReachable(broker));
        }
        return this;
    }
}
