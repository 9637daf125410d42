package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.IsrResult;
import dev.ahti.metadata.MetadataReply.TopicsReply;
import dev.ahti.model.PartitionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Large requests, with the test in the place of the singleton. */
class SingletonClientTest {
    private static final int ARTERY_TAKES = 256 * 1024;
    private static final Duration LONG = Duration.ofSeconds(30);

    private final ActorTestKit kit = ActorTestKit.create(
            "client", ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    private final TestProbe<MetadataCommand> singleton = kit.createTestProbe();
    private final FakeMembers members = new FakeMembers(1, 2, 3);
    private final SingletonClient client = client(Duration.ofDays(1));

    /** @param patience until what it sends goes through others too */
    private SingletonClient client(Duration patience) {
        return new SingletonClient(
                kit.system(), singleton.getRef(), new Detour(members, patience), new CurrentImage(), 1);
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private int bytes(Object message) {
        return SerializationExtension.get(Adapter.toClassic(kit.system()))
                .serialize(message)
                .get()
                .length;
    }

    private static NewTopic assigned(String name, int partitions, int factor) {
        List<Integer> replicas =
                IntStream.range(60_000, 60_000 + factor).boxed().toList();
        Map<Integer, List<Integer>> assignments =
                IntStream.range(0, partitions).boxed().collect(Collectors.toMap(Function.identity(), i -> replicas));
        return new NewTopic(name, -1, (short) -1, assignments, Map.of("retention.ms", "1"));
    }

    private CreateTopics answered(Errors error) {
        CreateTopics part = singleton.expectMessageClass(CreateTopics.class, LONG);
        assertThat(bytes(part)).isLessThan(ARTERY_TAKES);
        part.replyTo()
                .tell(new TopicsReply(
                        1,
                        0,
                        part.topics().stream()
                                .map(each -> TopicDecisions.failed(each.name(), Uuid.ZERO_UUID, error, null))
                                .toList()));
        return part;
    }

    @Test
    void aRequestForManyTopicsTravelsInSlicesAndHasOneAnswerInOrder() {
        List<NewTopic> topics = IntStream.range(0, 1200)
                .mapToObj(i -> assigned("n".repeat(100) + i, 3, 3))
                .toList();
        CompletableFuture<List<TopicResult>> answer =
                client.createTopics(topics, false, LONG).toCompletableFuture();
        int slices = 0;
        int sent = 0;
        while (sent < topics.size()) {
            CreateTopics slice = answered(Errors.NONE);
            sent += slice.topics().size();
            slices++;
        }

        assertThat(slices).isGreaterThan(2);
        assertThat(answer.join())
                .extracting(TopicResult::name)
                .containsExactlyElementsOf(topics.stream().map(NewTopic::name).toList());
    }

    @Test
    void tenThousandPartitionsAssignedByHandToThreeBrokersFitAndToMoreAreRefused() {
        CompletableFuture<List<TopicResult>> answer = client.createTopics(
                        List.of(assigned("fits", 10_000, 3), assigned("large", 10_000, 9)), false, LONG)
                .toCompletableFuture();

        assertThat(answered(Errors.NONE).topics()).extracting(NewTopic::name).containsExactly("fits");

        assertThat(answer.join())
                .extracting(each -> each.name() + " " + each.error())
                .containsExactlyInAnyOrder("fits NONE", "large INVALID_REQUEST");
    }

    @Test
    void whatIsLeftWhenTheTimeIsOverIsAnsweredAsTimedOut() {
        List<NewTopic> topics =
                IntStream.range(0, 600).mapToObj(i -> assigned("t" + i, 1, 1)).toList();
        CompletableFuture<List<TopicResult>> answer =
                client.createTopics(topics, false, Duration.ofSeconds(3)).toCompletableFuture();
        int answered = answered(Errors.NONE).topics().size();

        assertThat(answer.join().subList(0, answered))
                .extracting(TopicResult::error)
                .containsOnly(Errors.NONE);
        assertThat(answer.join().subList(answered, 600))
                .extracting(TopicResult::error)
                .containsOnly(Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void manyProposalsTravelInSlicesUntilOneIsRefusedAltogether() {
        List<IsrProposal> proposals = IntStream.range(0, 1500)
                .mapToObj(i -> new IsrProposal(new PartitionId(new Uuid(1, 1), i), 1, 1, Images.members(1, 2, 3)))
                .toList();
        CompletableFuture<AlterPartitionReply> answer =
                client.proposeIsr(new Uuid(7, 1), proposals, LONG).toCompletableFuture();
        AlterPartition first = singleton.expectMessageClass(AlterPartition.class, LONG);
        assertThat(bytes(first)).isLessThan(ARTERY_TAKES);
        first.replyTo()
                .tell(new AlterPartitionReply(
                        1,
                        0,
                        Errors.NONE,
                        first.proposals().stream()
                                .map(each -> new IsrResult(each.partition(), Errors.NONE))
                                .toList()));
        singleton
                .expectMessageClass(AlterPartition.class, LONG)
                .replyTo()
                .tell(new AlterPartitionReply(1, 0, Errors.STALE_BROKER_EPOCH, List.of()));

        assertThat(answer.join().error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
        assertThat(answer.join().results()).hasSize(first.proposals().size());
        singleton.expectNoMessage(Duration.ofMillis(200));
    }

    @Test
    void whileTheSingletonIsSilentAProposalGoesThroughAllOthersToo() {
        List<IsrProposal> proposals =
                List.of(new IsrProposal(new PartitionId(new Uuid(1, 1), 0), 1, 1, Images.members(1, 2)));
        client.proposeIsr(new Uuid(7, 1), proposals, LONG);
        singleton.expectMessageClass(AlterPartition.class, LONG);
        assertThat(members.told).isEmpty();

        CompletableFuture<AlterPartitionReply> answer = client(Duration.ZERO)
                .proposeIsr(new Uuid(7, 1), proposals, LONG)
                .toCompletableFuture();

        AlterPartition direct = singleton.expectMessageClass(AlterPartition.class, LONG);
        assertThat(members.told).containsOnly(new MetadataRelay.PassOnProposal(direct));
        assertThat(members.toldTo).containsExactly(2, 3);
        direct.replyTo().tell(new AlterPartitionReply(1, 0, Errors.NONE, List.of()));
        assertThat(answer.join().error()).isEqualTo(Errors.NONE);
    }
}
