package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.AllocateProducerIds;
import dev.ahti.metadata.MetadataCommand.AlterConfigs;
import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.CreatePartitions;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.DeleteTopics;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.ConfigsReply;
import dev.ahti.metadata.MetadataReply.ProducerIdsReply;
import dev.ahti.metadata.MetadataReply.TopicsReply;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** {@link MetadataClient} through the singleton's proxy, which may drop what it cannot deliver: so all has a deadline. */
final class SingletonClient implements MetadataClient {
    private static final String TIMED_OUT =
            "the metadata did not answer in time; whether the change was made is unknown until it shows";

    private final ActorSystem<?> system;
    private final ActorRef<MetadataCommand> singleton;
    private final CurrentImage current;
    private final int broker;

    SingletonClient(ActorSystem<?> system, ActorRef<MetadataCommand> singleton, CurrentImage current, int broker) {
        this.system = system;
        this.singleton = singleton;
        this.current = current;
        this.broker = broker;
    }

    @Override
    public ClusterImage image() {
        return current.get();
    }

    @Override
    public CompletionStage<List<TopicResult>> createTopics(
            List<NewTopic> topics, boolean validateOnly, Duration timeout) {
        return changeTopics(
                topics,
                replyTo -> new CreateTopics(topics, validateOnly, replyTo),
                each -> timedOut(each.name(), Uuid.ZERO_UUID),
                timeout);
    }

    @Override
    public CompletionStage<List<TopicResult>> deleteTopics(List<Uuid> topics, Duration timeout) {
        return changeTopics(
                topics, replyTo -> new DeleteTopics(topics, replyTo), each -> timedOut(null, each), timeout);
    }

    @Override
    public CompletionStage<List<TopicResult>> createPartitions(
            List<MorePartitions> topics, boolean validateOnly, Duration timeout) {
        return changeTopics(
                topics,
                replyTo -> new CreatePartitions(topics, validateOnly, replyTo),
                each -> timedOut(each.topic(), Uuid.ZERO_UUID),
                timeout);
    }

    /** @param timedOut the result of one of {@code changes} where no answer came */
    private <T> CompletionStage<List<TopicResult>> changeTopics(
            List<T> changes,
            Function<ActorRef<TopicsReply>, MetadataCommand> command,
            Function<T, TopicResult> timedOut,
            Duration timeout) {
        return ask(command, timeout)
                .thenApply(TopicsReply::results)
                .exceptionally(failure -> changes.stream().map(timedOut).toList());
    }

    private static TopicResult timedOut(String name, Uuid id) {
        return TopicDecisions.failed(name, id, Errors.REQUEST_TIMED_OUT, TIMED_OUT);
    }

    @Override
    public CompletionStage<List<ConfigResult>> alterConfigs(
            List<ConfigChange> changes, boolean validateOnly, Duration timeout) {
        return this.<ConfigsReply>ask(replyTo -> new AlterConfigs(changes, validateOnly, replyTo), timeout)
                .thenApply(ConfigsReply::results)
                .exceptionally(failure -> changes.stream()
                        .map(each -> new ConfigResult(each.resource(), Errors.REQUEST_TIMED_OUT, TIMED_OUT))
                        .toList());
    }

    @Override
    public CompletionStage<ProducerIds> reserveProducerIds(Duration timeout) {
        return this.<ProducerIdsReply>ask(replyTo -> new AllocateProducerIds(broker, replyTo), timeout)
                .thenApply(reply -> new ProducerIds(reply.error(), reply.firstId(), reply.count()))
                .exceptionally(failure -> new ProducerIds(Errors.REQUEST_TIMED_OUT, -1, 0));
    }

    /** Proposals of this broker as leader (rule 9): after a time-out the image shows the outcome. */
    CompletionStage<AlterPartitionReply> proposeIsr(Uuid incarnation, List<IsrProposal> proposals, Duration timeout) {
        return this.<AlterPartitionReply>ask(
                        replyTo -> new AlterPartition(broker, incarnation, proposals, replyTo), timeout)
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
