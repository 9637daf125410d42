package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.AllocateProducerIds;
import dev.ahti.metadata.MetadataCommand.AlterConfigs;
import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.CreatePartitions;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.DeleteTopics;
import dev.ahti.metadata.MetadataCommand.ElectLeaders;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataCommand.RemoveBroker;
import dev.ahti.metadata.MetadataCommand.UpdateFeatures;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.ConfigsReply;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.MetadataReply.ElectionReply;
import dev.ahti.metadata.MetadataReply.ProducerIdsReply;
import dev.ahti.metadata.MetadataReply.TopicsReply;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** {@link MetadataClient} through the singleton's proxy, which may drop what it cannot deliver: so all has a deadline. */
final class SingletonClient implements MetadataClient {
    private static final String TIMED_OUT =
            "the metadata did not answer in time; whether the change was made is unknown until it shows";

    private static final String TOO_LARGE = "this is too large for a message between brokers: divide it";

    private final ActorSystem<?> system;
    private final ActorRef<MetadataCommand> singleton;
    private final Detour detour;
    private final CurrentImage current;
    private final int broker;
    private final ExpectedElections elections;

    SingletonClient(
            ActorSystem<?> system,
            ActorRef<MetadataCommand> singleton,
            Detour detour,
            CurrentImage current,
            int broker) {
        this.system = system;
        this.singleton = singleton;
        this.detour = detour;
        this.current = current;
        this.broker = broker;
        this.elections = new ExpectedElections(current, system.executionContext(), System::nanoTime);
    }

    @Override
    public ClusterImage image() {
        return current.get();
    }

    @Override
    public CompletionStage<ClusterImage> imageAfterElections(Collection<String> topics) {
        return elections.over(topics);
    }

    @Override
    public CompletionStage<List<TopicResult>> createTopics(
            List<NewTopic> topics, boolean validateOnly, Duration timeout) {
        return inSlices(
                topics,
                Slices::weight,
                slice -> replyTo -> new CreateTopics(slice, validateOnly, replyTo),
                TopicsReply::results,
                (each, error, message) -> TopicDecisions.failed(each.name(), Uuid.ZERO_UUID, error, message),
                timeout);
    }

    @Override
    public CompletionStage<List<TopicResult>> deleteTopics(List<Uuid> topics, Duration timeout) {
        return inSlices(
                topics,
                each -> 50,
                slice -> replyTo -> new DeleteTopics(slice, replyTo),
                TopicsReply::results,
                (each, error, message) -> TopicDecisions.failed(null, each, error, message),
                timeout);
    }

    @Override
    public CompletionStage<List<TopicResult>> createPartitions(
            List<MorePartitions> topics, boolean validateOnly, Duration timeout) {
        return inSlices(
                topics,
                Slices::weight,
                slice -> replyTo -> new CreatePartitions(slice, validateOnly, replyTo),
                TopicsReply::results,
                (each, error, message) -> TopicDecisions.failed(each.topic(), Uuid.ZERO_UUID, error, message),
                timeout);
    }

    @Override
    public CompletionStage<List<ConfigResult>> alterConfigs(
            List<ConfigChange> changes, boolean validateOnly, Duration timeout) {
        return inSlices(
                changes,
                Slices::weight,
                slice -> replyTo -> new AlterConfigs(slice, validateOnly, replyTo),
                ConfigsReply::results,
                (each, error, message) -> new ConfigResult(each.resource(), error, message),
                timeout);
    }

    @Override
    public CompletionStage<List<ElectionResult>> electLeaders(
            ElectionType type, List<NamedPartition> partitions, Duration timeout) {
        return inSlices(
                partitions,
                each -> 50 + each.topic().length(),
                slice -> replyTo -> new ElectLeaders(type, slice, replyTo),
                ElectionReply::results,
                ElectionResult::new,
                timeout);
    }

    private interface Failed<T, O> {
        O result(T part, Errors error, String message);
    }

    /** One slice after another, until the time is over: what is left then is answered as timed out. */
    private <T, R extends MetadataReply, O> CompletionStage<List<O>> inSlices(
            List<T> parts,
            ToIntFunction<T> weigher,
            Function<List<T>, Function<ActorRef<R>, MetadataCommand>> command,
            Function<R, List<O>> results,
            Failed<T, O> failed,
            Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        List<O> all = new ArrayList<>();
        List<T> sendable = new ArrayList<>();
        for (T part : parts) {
            if (weigher.applyAsInt(part) <= Slices.MAX_PART) {
                sendable.add(part);
            } else {
                all.add(failed.result(part, Errors.INVALID_REQUEST, TOO_LARGE));
            }
        }
        CompletionStage<List<O>> answered = CompletableFuture.completedFuture(all);
        for (List<T> slice : Slices.of(sendable, weigher)) {
            answered = answered.thenCompose(before -> ask(
                            command.apply(slice), Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))
                    .handle((reply, failure) -> {
                        before.addAll(
                                failure == null
                                        ? results.apply(reply)
                                        : slice.stream()
                                                .map(each -> failed.result(each, Errors.REQUEST_TIMED_OUT, TIMED_OUT))
                                                .toList());
                        return before;
                    }));
        }
        return answered;
    }

    @Override
    public CompletionStage<ChangeResult> unregisterBroker(int gone, Duration timeout) {
        return change(replyTo -> new RemoveBroker(gone, replyTo), timeout);
    }

    @Override
    public CompletionStage<ChangeResult> updateFeatures(
            List<FeatureUpdate> updates, boolean validateOnly, Duration timeout) {
        return change(replyTo -> new UpdateFeatures(updates, validateOnly, replyTo), timeout);
    }

    CompletionStage<ChangeResult> declareDead(int dead, Uuid incarnation, String reason, Duration timeout) {
        elections.died(incarnation);
        return change(replyTo -> new DeclareDead(dead, incarnation, reason, replyTo), timeout);
    }

    private CompletionStage<ChangeResult> change(Function<ActorRef<Done>, MetadataCommand> command, Duration timeout) {
        return ask(command, timeout)
                .thenApply(done -> new ChangeResult(done.error(), done.message()))
                .exceptionally(failure -> new ChangeResult(Errors.REQUEST_TIMED_OUT, TIMED_OUT));
    }

    @Override
    public CompletionStage<ProducerIds> reserveProducerIds(Duration timeout) {
        return this.<ProducerIdsReply>ask(replyTo -> new AllocateProducerIds(broker, replyTo), timeout)
                .thenApply(reply -> new ProducerIds(reply.error(), reply.firstId(), reply.count()))
                .exceptionally(failure -> new ProducerIds(Errors.REQUEST_TIMED_OUT, -1, 0));
    }

    /**
     * Proposals of this broker as leader (rule 9): after a time-out the image shows the outcome. So many travel together as
     * a cluster message holds; the first error that concerns all of them ends it.
     */
    CompletionStage<AlterPartitionReply> proposeIsr(Uuid incarnation, List<IsrProposal> proposals, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        CompletionStage<AlterPartitionReply> answered =
                CompletableFuture.completedFuture(new AlterPartitionReply(-1, 0, Errors.NONE, List.of()));
        for (List<IsrProposal> slice :
                Slices.of(proposals, each -> 150 + 60 * each.isr().size())) {
            answered = answered.thenCompose(before -> before.error() != Errors.NONE
                    ? CompletableFuture.completedFuture(before)
                    : propose(incarnation, slice, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))
                            .thenApply(before::and));
        }
        return answered;
    }

    /** Several times where it takes the detour: a proposal is made on top of one partition epoch, and so is stored at most once. */
    private CompletionStage<AlterPartitionReply> propose(
            Uuid incarnation, List<IsrProposal> proposals, Duration timeout) {
        return this.<AlterPartitionReply>ask(
                        replyTo -> {
                            AlterPartition proposal = new AlterPartition(broker, incarnation, proposals, replyTo);
                            detour.tellAll(new MetadataRelay.PassOnProposal(proposal));
                            return proposal;
                        },
                        timeout)
                .exceptionally(failure -> new AlterPartitionReply(-1, 0, Errors.REQUEST_TIMED_OUT, List.of()));
    }

    /** Completes when this node's image shows what the reply speaks of; fails when the time has passed. */
    private <R extends MetadataReply> CompletionStage<R> ask(
            Function<ActorRef<R>, MetadataCommand> command, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        return AskPattern.<MetadataCommand, R>ask(singleton, command::apply, timeout, system.scheduler())
                .thenCompose(reply -> {
                    if (reply.epoch() < current.get().metadataEpoch()) {
                        throw new IllegalStateException("an answer of a superseded singleton");
                    }
                    return current.atLeast(reply.version())
                            .toCompletableFuture()
                            .orTimeout(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)
                            .thenApply(image -> reply);
                });
    }
}
