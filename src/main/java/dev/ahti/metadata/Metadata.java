package dev.ahti.metadata;

import dev.ahti.metadata.MetadataClient.ChangeResult;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metrics.MetadataMetrics;
import dev.ahti.peer.EssentialActors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;

/**
 * The metadata as the server uses them: {@link #start} once the node has joined its cluster, open the logs when
 * {@link #known}, then {@link #markReady} when {@link #registered}.
 */
public final class Metadata {
    private final CurrentImage image;
    private final SingletonClient client;
    private final ActorRef<BrokerSession.Message> session;
    private final BrokerSession.Progress progress;
    private final IncarnationHolder incarnation;

    private static final class IncarnationHolder implements Consumer<Uuid> {
        private volatile Uuid value = Uuid.ZERO_UUID;

        @Override
        public void accept(Uuid next) {
            value = next;
        }
    }

    private Metadata(
            CurrentImage image,
            SingletonClient client,
            ActorRef<BrokerSession.Message> session,
            BrokerSession.Progress progress,
            IncarnationHolder incarnation) {
        this.image = image;
        this.client = client;
        this.session = session;
        this.progress = progress;
        this.incarnation = incarnation;
    }

    /**
     * Warms the journal (rule 21). For a node with others: before it joins them, so that the singleton cannot be here yet.
     * Fails if the database does.
     */
    public static CompletionStage<Void> warmUp(ActorSystem<?> system, int broker) {
        ActorRef<JournalWarmUp.Write> writer =
                system.systemActorOf(JournalWarmUp.create(broker), "journal-warm-up", Props.empty());
        return AskPattern.<JournalWarmUp.Write, JournalWarmUp.Written>ask(
                        writer, JournalWarmUp.Write::new, Duration.ofSeconds(20), system.scheduler())
                .thenAccept(written -> {});
    }

    /** @param fatal called with one line that says why this node must stop, on any thread */
    public static Metadata start(
            ActorSystem<?> system,
            MetadataSettings settings,
            BrokerIdentity identity,
            CurrentImage current,
            MetadataMetrics metrics,
            Consumer<String> fatal) {
        Members members = new ClusterMembers(system);
        ActorRef<MetadataCommand> singleton = ClusterSingleton.get(system)
                .init(SingletonActor.of(
                        EssentialActors.essential(system, MetadataSingleton.create(settings, members, metrics, fatal)),
                        "partition-metadata"));
        ActorRef<Publication> follower = EssentialActors.start(
                system,
                ImageFollower.create(settings, current, singleton, new LeadershipCounts(identity.broker(), metrics)),
                "image-follower");
        EssentialActors.start(
                system,
                MetadataRelay.create(
                        identity.broker(), singleton, follower, () -> MetadataDatabase.isReachable(system)),
                MetadataRelay.NAME);
        system.systemActorOf(
                StandBy.create(current, members, () -> TakeoverRehearsal.create(settings)),
                "metadata-stand-by",
                Props.empty());
        Detour detour = new Detour(members, settings.heartbeatInterval().multipliedBy(2));
        IncarnationHolder incarnation = new IncarnationHolder();
        BrokerSession.Progress progress = new BrokerSession.Progress(
                new CompletableFuture<>(),
                new CompletableFuture<>(),
                new CompletableFuture<>(),
                new CompletableFuture<>(),
                incarnation);
        ActorRef<BrokerSession.Message> session = EssentialActors.start(
                system,
                BrokerSession.create(
                        settings, identity, current, members, detour, singleton, follower, progress, fatal),
                "broker-session");
        SingletonClient client = new SingletonClient(system, singleton, detour, current, identity.broker());
        return new Metadata(current, client, session, progress, incarnation);
    }

    public CurrentImage image() {
        return image;
    }

    public MetadataClient client() {
        return client;
    }

    /** This broker is registered, still fenced; with the image that shows its partitions. */
    public CompletionStage<ClusterImage> registered() {
        return progress.registered().copy();
    }

    /**
     * As {@link #registered}; or, for as long as that cannot be, with the image of another member that shows what this broker
     * may follow (rule 23).
     */
    public CompletionStage<ClusterImage> known() {
        return progress.registered().applyToEither(progress.shown(), Function.identity());
    }

    /** The logs are open: completes with the image in which this broker is live and leads what it should. */
    public CompletionStage<ClusterImage> markReady() {
        session.tell(new BrokerSession.MarkReady());
        return progress.live().copy();
    }

    /** Moves leaderships and ISR memberships away; completes, also after {@code limit} without an answer (rule 19). */
    public CompletionStage<Void> controlledShutdown(Duration limit) {
        session.tell(new BrokerSession.ShutDown());
        return progress.left().copy().completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says that a broker's process is proven to have died (rule 4): it is fenced at once. To be said again if it fails. */
    public CompletionStage<ChangeResult> declareDead(
            int broker, Uuid incarnationOfIt, String reason, Duration timeout) {
        return client.declareDead(broker, incarnationOfIt, reason, timeout);
    }

    /** Proposals of this broker as leader (rule 9). */
    public CompletionStage<AlterPartitionReply> proposeIsr(List<IsrProposal> proposals, Duration timeout) {
        return client.proposeIsr(incarnation.value, proposals, timeout);
    }

    /** The incarnation in which this broker registers: new after it has been fenced. */
    public Uuid incarnation() {
        return incarnation.value;
    }
}
