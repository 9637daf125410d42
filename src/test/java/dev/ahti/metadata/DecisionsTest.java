package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.Decision.Stamp;
import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import dev.ahti.metadata.MetadataClient.ConfigResult;
import dev.ahti.metadata.MetadataClient.MorePartitions;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.metadata.MetadataCommand.AlterConfigs;
import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.CreatePartitions;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataCommand.Request;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.ConfigsReply;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.MetadataReply.IsrResult;
import dev.ahti.metadata.MetadataReply.TopicsReply;
import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.event.ShutDownBroker;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kafka's rules, with its errors and messages; no actor and no database. */
class DecisionsTest {
    private final Decisions decisions = new Decisions(MetadataNode.settings(1000), Uuid::randomUuid);
    private ClusterImage image = Images.live(3);

    private Decision apply(Request request) {
        Decision decision = decisions.decide(image, request);
        image = Images.apply(image, decision);
        decision.answer().accept(new Stamp(1, image.version()));
        return decision;
    }

    private List<TopicResult> create(NewTopic... topics) {
        TestInbox<TopicsReply> inbox = TestInbox.create();
        apply(new CreateTopics(List.of(topics), false, inbox.getRef()));
        return inbox.receiveMessage().results();
    }

    private static NewTopic topic(String name, int partitions, int factor) {
        return new NewTopic(name, partitions, (short) factor, Map.of(), Map.of());
    }

    private static NewTopic assigned(Map<Integer, List<Integer>> replicas) {
        return new NewTopic("t", -1, (short) -1, replicas, Map.of());
    }

    private void expect(NewTopic topic, Errors error, String message) {
        assertThat(create(topic)).singleElement().satisfies(result -> {
            assertThat(result.error()).isEqualTo(error);
            assertThat(result.message()).isEqualTo(message);
        });
        assertThat(image.topic("t")).isNull();
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        expect(
                topic("t", 0, 1),
                Errors.INVALID_PARTITIONS,
                "Number of partitions was set to an invalid non-positive value.");
        expect(
                topic("t", 1, 0),
                Errors.INVALID_REPLICATION_FACTOR,
                "Replication factor must be larger than 0, or -1 to use the default value.");
        expect(
                topic("t", 1, 4),
                Errors.INVALID_REPLICATION_FACTOR,
                "Unable to replicate the partition 4 time(s): The target replication factor of 4 cannot be reached"
                        + " because only 3 broker(s) are registered.");
        expect(
                topic("t", Integer.MAX_VALUE, 1),
                Errors.POLICY_VIOLATION,
                "Excessively large number of partitions per request.");
    }

    @Test
    void withoutLiveBrokerNothingIsCreated() {
        for (int broker = 1; broker <= 3; broker++) {
            image = Images.apply(image, new FenceBroker(broker, Images.incarnation(broker)));
        }
        expect(
                topic("t", 1, 1),
                Errors.INVALID_REPLICATION_FACTOR,
                "Unable to replicate the partition 1 time(s): All brokers are currently fenced.");
    }

    @Test
    void manualAssignmentsAreChecked() {
        String prefix = "The manual partition assignment includes ";
        expect(
                assigned(Map.of(0, List.of(1, 1))),
                Errors.INVALID_REPLICA_ASSIGNMENT,
                prefix + "the broker 1 more than once.");
        expect(
                assigned(Map.of(0, List.of(9))),
                Errors.INVALID_REPLICA_ASSIGNMENT,
                prefix + "broker 9, but no such broker is registered.");
        expect(assigned(Map.of(0, List.of())), Errors.INVALID_REPLICA_ASSIGNMENT, prefix + "an empty replica list.");
        expect(
                assigned(Map.of(0, List.of(1), 2, List.of(2))),
                Errors.INVALID_REPLICA_ASSIGNMENT,
                "partitions should be a consecutive 0-based integer sequence");
        expect(
                assigned(Map.of(0, List.of(1), 1, List.of(2, 3))),
                Errors.INVALID_REPLICA_ASSIGNMENT,
                prefix + "a partition with 2 replica(s), but this is not consistent with previous partitions, which"
                        + " have 1 replica(s).");
        expect(
                new NewTopic("t", 1, (short) -1, Map.of(0, List.of(1)), Map.of()),
                Errors.INVALID_REQUEST,
                "A manual partition assignment was specified, but numPartitions was not set to -1.");
    }

    @Test
    void aManualAssignmentIsTakenAsItIs() {
        create(assigned(Map.of(0, List.of(3, 1), 1, List.of(2, 3))));

        assertThat(image.partition("t", 0).replicas()).containsExactly(3, 1);
        assertThat(image.partition("t", 0).leader()).isEqualTo(3);
        assertThat(image.partition("t", 1).isr()).isEqualTo(Images.members(2, 3));
    }

    @Test
    void aFencedBrokerBecomesReplicaButNeitherLeaderNorInSync() {
        image = Images.apply(image, new FenceBroker(1, Images.incarnation(1)));
        create(assigned(Map.of(0, List.of(1, 2))));

        assertThat(image.partition("t", 0).leader()).isEqualTo(2);
        assertThat(image.partition("t", 0).isr()).isEqualTo(Images.members(2));
    }

    @Test
    void namesCollideRepeatAndExist() {
        List<TopicResult> results =
                create(topic("a.b", 1, 1), topic("a_b", 1, 1), topic("x", 1, 1), topic("x", 2, 1), topic("..", 1, 1));

        assertThat(results)
                .extracting(TopicResult::error)
                .containsExactly(
                        Errors.NONE,
                        Errors.INVALID_TOPIC_EXCEPTION,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(results.get(1).message()).isEqualTo("Topic 'a_b' collides with existing topic: a.b");
        assertThat(create(topic("a.b", 1, 1)).get(0)).satisfies(again -> {
            assertThat(again.error()).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
            assertThat(again.message()).isEqualTo("Topic 'a.b' already exists.");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "no.such.config, 1, Unknown topic config name: no.such.config",
        "retention.ms, abc, Invalid value abc for configuration retention.ms: Not a number of type LONG"
    })
    void badConfigsAreRefused(String name, String value, String message) {
        expect(new NewTopic("t", 1, (short) 1, Map.of(), Map.of(name, value)), Errors.INVALID_CONFIG, message);
    }

    @Test
    void validateOnlyAnswersAsIfAndChangesNothing() {
        TestInbox<TopicsReply> inbox = TestInbox.create();
        Decision decision = apply(new CreateTopics(List.of(topic("t", 2, 3)), true, inbox.getRef()));

        assertThat(decision.events()).isEmpty();
        assertThat(inbox.receiveMessage().results().get(0)).satisfies(result -> {
            assertThat(result.error()).isEqualTo(Errors.NONE);
            assertThat(result.partitions()).isEqualTo(2);
            assertThat(result.replicationFactor()).isEqualTo((short) 3);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "2, INVALID_PARTITIONS, Topic already has 2 partition(s).",
        "1, INVALID_PARTITIONS, The topic t currently has 2 partition(s); 1 would not be an increase.",
        "4, NONE,"
    })
    void partitionsOnlyGrow(int count, Errors error, String message) {
        create(topic("t", 2, 1));
        TestInbox<TopicsReply> inbox = TestInbox.create();
        apply(new CreatePartitions(List.of(new MorePartitions("t", count, List.of())), false, inbox.getRef()));

        TopicResult result = inbox.receiveMessage().results().get(0);
        assertThat(result.error()).isEqualTo(error);
        assertThat(result.message()).isEqualTo(message);
        assertThat(image.topic("t").partitions()).hasSize(error == Errors.NONE ? count : 2);
    }

    private ConfigResult alter(
            ConfigResource.Type type, String name, boolean replaceAll, ConfigOperation... operations) {
        TestInbox<ConfigsReply> inbox = TestInbox.create();
        ConfigChange change = new ConfigChange(new ConfigResource(type, name), replaceAll, Arrays.asList(operations));
        apply(new AlterConfigs(List.of(change), false, inbox.getRef()));
        return inbox.receiveMessage().results().get(0);
    }

    @Test
    void configsAreSetDeletedAppendedAndSubtracted() {
        create(topic("t", 1, 1));
        ConfigResource.Type type = ConfigResource.Type.TOPIC;
        alter(
                type,
                "t",
                false,
                new ConfigOperation("retention.ms", OpType.SET, "5"),
                new ConfigOperation("cleanup.policy", OpType.SET, "delete"));
        alter(type, "t", false, new ConfigOperation("cleanup.policy", OpType.APPEND, "compact"));
        assertThat(image.topicConfigs("t")).containsEntry("cleanup.policy", "delete,compact");

        alter(
                type,
                "t",
                false,
                new ConfigOperation("cleanup.policy", OpType.SUBTRACT, "delete"),
                new ConfigOperation("retention.ms", OpType.DELETE, null));
        assertThat(image.topicConfigs("t")).containsExactlyEntriesOf(Map.of("cleanup.policy", "compact"));

        alter(type, "t", true, new ConfigOperation("retention.bytes", OpType.SET, "7"));
        assertThat(image.topicConfigs("t")).containsExactlyEntriesOf(Map.of("retention.bytes", "7"));
    }

    @Test
    void aGroupHasConfigsBeforeItExists() {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "g");
        alter(group.type(), "g", false, new ConfigOperation("consumer.session.timeout.ms", OpType.SET, "50000"));
        assertThat(image.configs(group)).containsEntry("consumer.session.timeout.ms", "50000");

        alter(group.type(), "g", true);
        assertThat(image.configs()).isEmpty();
        assertThat(alter(group.type(), "", false).error()).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void badConfigChangesSayWhatIsWrong() {
        create(topic("t", 1, 1));
        ConfigResource.Type type = ConfigResource.Type.TOPIC;

        assertThat(alter(type, "t", false, new ConfigOperation("retention.ms", OpType.APPEND, "5"))
                        .message())
                .isEqualTo("Can't APPEND to key retention.ms because its type is not LIST.");
        assertThat(alter(type, "none", false, new ConfigOperation("retention.ms", OpType.SET, "5"))
                        .error())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(alter(type, "t", false, new ConfigOperation("nope", OpType.SET, "5")))
                .isEqualTo(new ConfigResult(
                        new ConfigResource(type, "t"), Errors.INVALID_CONFIG, "Unknown topic config name: nope"));
        assertThat(alter(ConfigResource.Type.BROKER, "1", false, new ConfigOperation("log.dirs", OpType.SET, "x"))
                        .message())
                .isEqualTo("Cannot update these configs dynamically: Set(log.dirs)");
        assertThat(alter(
                                ConfigResource.Type.BROKER,
                                "",
                                false,
                                new ConfigOperation("log.cleaner.threads", OpType.SET, "x"))
                        .error())
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(
                                ConfigResource.Type.BROKER,
                                "8",
                                false,
                                new ConfigOperation("log.cleaner.threads", OpType.SET, "1"))
                        .error())
                .isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
        assertThat(image.configs()).isEmpty();
    }

    @Test
    void allowingUncleanElectionElectsAtOnce() {
        create(assigned(Map.of(0, List.of(1, 2))));
        assertThat(propose(0, image.partition("t", 0).partitionEpoch(), Images.members(1)))
                .isEqualTo(Errors.NONE);
        apply(new DeclareDead(
                1, Images.incarnation(1), "", TestInbox.<Done>create().getRef()));
        assertThat(Images.only(image).leader()).isEqualTo(PartitionImage.NO_LEADER);

        alter(
                ConfigResource.Type.TOPIC,
                "t",
                false,
                new ConfigOperation("unclean.leader.election.enable", OpType.SET, "true"));

        assertThat(Images.only(image).leader()).isEqualTo(2);
        assertThat(Images.only(image).isr()).isEqualTo(Images.members(2));
    }

    private Errors propose(int leaderEpoch, int partitionEpoch, List<IsrMember> isr) {
        PartitionImage partition = image.partition("t", 0);
        TestInbox<AlterPartitionReply> inbox = TestInbox.create();
        apply(new AlterPartition(
                1,
                Images.incarnation(1),
                List.of(new IsrProposal(partition.id(), leaderEpoch, partitionEpoch, isr)),
                inbox.getRef()));
        return inbox.receiveMessage().results().stream()
                .map(IsrResult::error)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anIsrIsRefusedUnderAnotherEpochOrWithAMemberThatIsNotLive() {
        create(assigned(Map.of(0, List.of(1, 2, 3))));
        int epoch = image.partition("t", 0).partitionEpoch();

        assertThat(propose(5, epoch, Images.members(1))).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(propose(0, epoch - 1, Images.members(1))).isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(propose(0, epoch, List.of(Images.members(1).get(0), new IsrMember(2, Uuid.randomUuid()))))
                .isEqualTo(Errors.INELIGIBLE_REPLICA);
        ClusterImage allLive = image;
        image = Images.apply(image, new ShutDownBroker(3, Images.incarnation(3)));
        assertThat(propose(0, epoch, Images.members(1, 3))).isEqualTo(Errors.INELIGIBLE_REPLICA);
        image = allLive;
        assertThat(propose(0, epoch, Images.members(2, 3))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(propose(0, epoch, Images.members(1, 2))).isEqualTo(Errors.NONE);
        assertThat(image.partition("t", 0).isr()).isEqualTo(Images.members(1, 2));
        assertThat(image.partition("t", 0).leaderEpoch()).isZero();
    }

    @Test
    void anIsrThatIsProposedOnceMoreAfterItWasStoredIsNoOther() {
        create(assigned(Map.of(0, List.of(1, 2, 3))));
        int epoch = image.partition("t", 0).partitionEpoch();
        propose(0, epoch, Images.members(1, 2));
        ClusterImage stored = image;

        assertThat(propose(0, epoch, Images.members(1, 2))).isEqualTo(Errors.NONE);
        assertThat(image).isEqualTo(stored);
        assertThat(propose(0, epoch, Images.members(1))).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    }

    @Test
    void topicsOfOneRequestGoRoundTheBrokersTogether() {
        create(IntStream.range(0, 3).mapToObj(i -> topic("t" + i, 1, 1)).toArray(NewTopic[]::new));

        assertThat(IntStream.range(0, 3).map(i -> image.partition("t" + i, 0).leader()))
                .containsExactly(1, 2, 3);
    }
}
